"""The device behind a request: a random value that its browser keeps for us, longer than any session."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from anqi import clock
from anqi.actions import sessions
from anqi.people import devices

COOKIE = "anqi_borrower_device"
# Browsers keep no cookie for longer.
_KEPT = timedelta(days=400)
_SEEN_ON = "device_seen_on"


def of(request: HttpRequest) -> str:
    """What the device is known by; empty where its browser has kept nothing for us."""
    value = _value(request)
    return devices.fingerprint(value) if value else ""


def value_for(request: HttpRequest) -> str:
    """The value that the browser has, or a new one for it."""
    return _value(request) or devices.draw()


def keep(response: HttpResponse, value: str) -> None:
    """The browser keeps that value for us. No script reads it, and no other site sends it."""
    response.set_cookie(
        COOKIE, value, max_age=_KEPT, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def see(request: HttpRequest, borrower_id: UUID) -> None:
    """The borrower uses the device today: noted with the first request of a day, and not with the others."""
    today, hashed = clock.today(), of(request)
    if hashed and request.session.get(_SEEN_ON) != today.isoformat():
        sessions.see_device(borrower_id=borrower_id, device=hashed, now=clock.now())
        request.session[_SEEN_ON] = today.isoformat()


def _value(request: HttpRequest) -> str:
    value = request.COOKIES.get(COOKIE, "")
    is_ours = len(value) == devices.LENGTH and all(each in "0123456789abcdef" for each in value)
    return value if is_ours else ""
