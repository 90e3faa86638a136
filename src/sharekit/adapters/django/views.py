"""
The one view of the portal in Django.
"""

from urllib.parse import urlencode

from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from sharekit.adapters.django import portal
from sharekit.web import Headers, WebRequest

__all__ = ["serve"]


# The portal has a CSRF check of its own, and counts uses in transactions of its own.
@csrf_exempt
@non_atomic_requests
def serve(request: HttpRequest, path: str) -> HttpResponse:
    """Pass a request on to the portal, and its answer back as it is."""
    answer = portal().handle(_translated(request, f"/{path}"))
    response = HttpResponse(answer.body, status=answer.status)
    del response.headers["Content-Type"]
    for name, value in answer.headers:
        response.headers[name] = value
    return response


def _translated(request: HttpRequest, path: str) -> WebRequest:
    return WebRequest(
        method=request.method or "",
        path=path,
        query=request.META.get("QUERY_STRING", ""),
        headers=Headers(request.headers.items()),
        read=lambda limit: _read(request, limit),
        client_key=request.META.get("REMOTE_ADDR") or "",
        origin=f"{request.scheme}://{request.get_host()}",
        root=request.path.removesuffix(path).rstrip("/"),
    )


def _read(request: HttpRequest, limit: int) -> bytes:
    if "_post" in vars(request):  # a middleware of the host has parsed the body already
        return urlencode([(name, value) for name, values in request.POST.lists() for value in values]).encode()
    return request.read(limit)
