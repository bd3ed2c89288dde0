"""`/customers/{customer_id}/export` and `/erasure`: what identity holds on a customer."""

from chassis.personal.api import router_of
from services.identity.privacy.store import HOLDINGS

router = router_of(HOLDINGS)
