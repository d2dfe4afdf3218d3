"""Where gateways of messages say what became of one."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from anqi import clock
from anqi.actions import notices
from anqi.notices import receipts
from anqi.notices.receipts import NotBelieved

_LARGEST_BYTES = 4_000


@csrf_exempt
@require_POST
def receive(request: HttpRequest, medium: str) -> HttpResponse:
    """The gateway's own signature stands for the proof of origin; whatever is answered but 200, it says again."""
    gateway = {"sms": settings.ANQI_SMS, "mail": settings.ANQI_MAIL}.get(medium)
    if gateway is None:
        raise Http404
    if int(request.headers.get("Content-Length") or 0) > _LARGEST_BYTES:
        return HttpResponse(status=413)
    now = clock.now()
    try:
        receipt = receipts.read(medium, gateway, headers=request.headers, body=request.body, now=now)
        notices.learn(receipt, medium=medium, now=now)
    except NotBelieved:
        return HttpResponse(status=401)
    except notices.Stranger:
        return HttpResponse(status=404)
    return HttpResponse(status=200)
