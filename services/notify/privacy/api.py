"""`/customers/{customer_id}/export` and `/erasure`: what notify holds on a customer."""

from chassis.personal.api import router_of
from services.notify.privacy.store import HOLDINGS

router = router_of(HOLDINGS)
