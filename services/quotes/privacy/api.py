"""`/customers/{customer_id}/export` and `/erasure`: what quotes holds on a customer."""

from chassis.personal.api import router_of
from services.quotes.privacy.store import HOLDINGS

router = router_of(HOLDINGS)
