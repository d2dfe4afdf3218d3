"""Who calls the API, and how often they may."""

from django.core.cache import cache
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from anqi import clock
from anqi.lending import merchants
from anqi.lending.models import Merchant

A_MINUTE = 60
MOST_A_MINUTE = 600


class MerchantKey(HttpBearer):
    """`Authorization: Bearer aqk_…`: the request then belongs to that merchant."""

    def authenticate(self, request: HttpRequest, token: str) -> Merchant:
        return merchants.known_by(token)


class Pace(BaseThrottle):
    """So many requests of a merchant in each minute, counted in the cache that all processes share.

    Two at once may count as one there: this keeps a runaway client away, it is no price.
    """

    def allow_request(self, request: HttpRequest) -> bool:
        merchant: Merchant = request.auth  # type: ignore[attr-defined]
        counter = f"merchant:{merchant.id}:{self._minute()}"
        cache.add(counter, 0, timeout=2 * A_MINUTE)
        try:
            return cache.incr(counter) <= MOST_A_MINUTE
        except ValueError:
            # Thrown out of the cache since the line before.
            return True

    def wait(self) -> float:
        return A_MINUTE - int(clock.now().timestamp()) % A_MINUTE

    def _minute(self) -> int:
        return int(clock.now().timestamp()) // A_MINUTE
