"""
The upload page: what is asked of a contact, what they sent, and how to send more.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final

import attrs

from sharekit.records.files import ScanState
from sharekit.records.requests import RequestState
from sharekit.records.submissions import ItemView, Receipt, RequestView, SubmissionState
from sharekit.web.formats import Formats
from sharekit.web.refusals import N_, size_in
from sharekit.web.routes import UPLOAD_FILES, UPLOAD_FINISH, UPLOAD_ITEM

__all__ = [
    "AskedEntry",
    "ReceiptRow",
    "RequestItemRow",
    "RequestPage",
    "asked_entry",
    "due_in",
    "request_page",
    "types_in",
]

# In the order in which they are named; what is in no group is named by its ending.
_GROUPS: Final = {
    "pdf": N_("PDF"),
    "documents": N_("documents"),
    "office": N_("Office documents"),
    "text": N_("text files"),
    "csv": N_("tables (CSV)"),
    "images": N_("pictures"),
}
_MOST_NAMED: Final = 8


@attrs.frozen(kw_only=True)
class RequestItemRow:
    """
    One item as the page shows it.

    Attributes:
        view: The item.
        url: Where its form is sent.
        types: What is taken, in words.
        size: How large each file may be, in words.
        accept: The value of the field's ``accept``.
        problem: Why the last file was not taken, or None.
        open: Whether a file can be sent for it.
        received: What came for it, but for what was sent back or not taken after all.
    """

    view: ItemView
    url: str
    types: str
    size: str
    accept: str
    problem: str | None
    open: bool
    received: Sequence["ReceiptRow"]


@attrs.frozen(kw_only=True)
class ReceiptRow:
    """
    One receipt as the page shows it.

    Attributes:
        receipt: The receipt.
        size: In words.
        at: When it came, as the reader writes it.
        at_machine: The same for machines.
    """

    receipt: Receipt
    size: str
    at: str
    at_machine: str


@attrs.frozen(kw_only=True)
class RequestPage:
    """
    What the template ``request.html`` is given, besides what every page has.

    Attributes:
        view: The request as its contact sees it.
        items: What is asked for.
        receipts: What came.
        due: The last whole day, or the instant, until which it is wanted; None for no date.
        files_url: Where files that come in parts are announced.
        finish_url: Where the contact says that this is all; None when there is nothing to say.
        state: The state, as a slug.
    """

    view: RequestView
    items: Sequence[RequestItemRow]
    receipts: Sequence[ReceiptRow]
    due: str | None
    files_url: str
    finish_url: str | None
    state: str


@attrs.frozen(kw_only=True)
class AskedEntry:
    """
    A request that waits for a contact, in the list of theirs.

    Attributes:
        view: The request as they see it.
        url: Their upload page.
        due: Until when it is wanted, or None.
        late: Whether that is over.
        done: How many of the things that are needed have come.
        needed: How many things are needed.
        missing: What is still needed, as one enumeration.
    """

    view: RequestView
    url: str
    due: str | None
    late: bool
    done: int
    needed: int
    missing: str


def asked_entry(view: RequestView, url: str, formats: Formats) -> AskedEntry:
    """Return what a list says of a request that waits for its reader, whose upload page is at *url*."""
    needed = [item for item in view.items if item.min]
    return AskedEntry(
        view=view,
        url=url,
        due=due_in(view.due, formats),
        late=view.due is not None and view.due <= view.at,
        done=sum(not item.missing for item in needed),
        needed=len(needed),
        missing=formats.listed([item.title for item in view.missing]),
    )


def request_page(
    view: RequestView, formats: Formats, *, root: str, token: str, problem: tuple[str, str] | None = None
) -> RequestPage:
    """
    Return what the upload page is given.

    Args:
        view: The request as its contact sees it.
        formats: How its reader writes values.
        root: The path at which the portal is mounted.
        token: The secret of the page.
        problem: The key of an item, and why a file for it was not taken.
    """
    may_finish = view.state is RequestState.PARTIAL
    receipts = [_receipt_row(receipt, formats) for receipt in view.receipts]
    return RequestPage(
        view=view,
        items=[
            attrs.evolve(
                _item_row(view, item, formats, root=root, token=token, problem=problem),
                received=[row for row in receipts if row.receipt.item == item.key and _counts(row.receipt)],
            )
            for item in view.items
        ],
        receipts=receipts,
        due=due_in(view.due, formats),
        files_url=root + UPLOAD_FILES.fill(token=token),
        finish_url=root + UPLOAD_FINISH.fill(token=token) if may_finish else None,
        state=str(view.state),
    )


def _receipt_row(receipt: Receipt, formats: Formats) -> ReceiptRow:
    return ReceiptRow(
        receipt=receipt,
        size=size_in(receipt.size, formats),
        at=formats.instant(receipt.at),
        at_machine=receipt.at.isoformat(timespec="seconds"),
    )


def _counts(receipt: Receipt) -> bool:
    return receipt.state is not SubmissionState.SENT_BACK and receipt.scan is not ScanState.INFECTED


def _item_row(
    view: RequestView, item: ItemView, formats: Formats, *, root: str, token: str, problem: tuple[str, str] | None
) -> RequestItemRow:
    return RequestItemRow(
        view=item,
        url=root + UPLOAD_ITEM.fill(token=token, item=item.key),
        types=types_in(item, formats),
        size=size_in(item.max_bytes, formats),
        accept=",".join(f".{extension}" for extension in item.extensions),
        problem=problem[1] if problem is not None and problem[0] == item.key else None,
        open=view.takes_files and item.room > 0,
        received=(),
    )


def types_in(item: ItemView, formats: Formats) -> str:
    """Return which types of files are taken, in words."""
    named = [formats.language.gettext(words) for group, words in _GROUPS.items() if group in item.types]
    others = [f".{each}" for each in item.types if each not in _GROUPS]
    return ", ".join([*named, *others][:_MOST_NAMED])


def due_in(due: datetime | None, formats: Formats) -> str | None:
    """Return until when something is wanted: the last whole day, or the instant; None for no date."""
    if due is None:
        return None
    local = formats.local(due)
    if local.time() == time.min:
        return formats.day(local.date() - timedelta(days=1), wordy=True)
    return formats.instant(due, wordy=True, zone=True)
