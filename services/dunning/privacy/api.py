"""`/customers/{customer_id}/export` and `/erasure`: what dunning holds on a customer."""

from chassis.personal.api import router_of
from services.dunning.privacy.store import HOLDINGS

router = router_of(HOLDINGS)
