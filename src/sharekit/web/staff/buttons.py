"""
The button of a document request that goes with a message for clients (A8).
"""

from collections.abc import Collection

import attrs

from sharekit.errors import NotFoundError
from sharekit.ids import RequestId
from sharekit.records.catalog import ResourceRef
from sharekit.records.requests import DocumentRequest
from sharekit.web.staff.desk import Desk

__all__ = ["RequestChoice", "asked_with", "request_choices"]


@attrs.frozen(kw_only=True)
class RequestChoice:
    """
    A request whose button can go with a message.

    Attributes:
        id: The request.
        title: What was asked for, in short.
    """

    id: RequestId
    title: str


def request_choices(desk: Desk, about: ResourceRef | None, clients: Collection[str]) -> list[RequestChoice]:
    """Return the requests about a thing that wait for somebody who hears of the message, the newest first."""
    if about is None or not clients:
        return []
    return [
        RequestChoice(id=each.id, title=_title(desk, each))
        for each in desk.kit.requests.of(about)
        if any(part.state.is_waiting and part.contact.key in clients for part in each.recipients)
    ]


def asked_with(desk: Desk, request: RequestId | None) -> str:
    """Return what was asked for by the request that came with a message; empty when none did."""
    if request is None:
        return ""
    try:
        return _title(desk, desk.kit.requests.get(request))
    except NotFoundError:
        return ""


def _title(desk: Desk, request: DocumentRequest) -> str:
    return desk.formats.listed([item.title_in(desk.language.tag) for item in request.items])
