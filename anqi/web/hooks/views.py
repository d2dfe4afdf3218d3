"""One door for all channels: the raw request in, the raw answer out."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from anqi import clock
from anqi.actions import channels
from anqi.jobs import drains
from anqi.payments.channels import offered
from anqi.payments.channels.protocol import RawRequest

# A message has about twenty short fields.
_LARGEST_BYTES = 64_000


@csrf_exempt
@require_POST
def receive(request: HttpRequest, channel: str) -> HttpResponse:
    """The channel's own signature stands for the proof of origin that forms carry."""
    # Asked beforehand: a LookupError from further down would be a fault of ours, and must not look like a 404.
    if channel not in offered():
        raise Http404
    if int(request.headers.get("Content-Length") or 0) > _LARGEST_BYTES:
        return HttpResponse(status=413)
    now = clock.now()
    raw = RawRequest(
        method="POST",
        headers=dict(request.headers),
        query=request.META.get("QUERY_STRING", ""),
        body=request.body,
        received_at=now,
    )
    answer = channels.receive(channel=channel, raw=raw, now=now, wake=lambda: drains.soon("inbox"))
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
