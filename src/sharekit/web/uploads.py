"""
What happens at the addresses of upload pages: the page, its forms, and files that come in parts by tus 1.0.

The secret is in the address of each request and is judged each time, for each part too. Nothing that
these addresses answer holds a byte of a file (R-REQ-2).
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final, TypeVar

import attrs

from sharekit.errors import (
    InvalidInputError,
    NotFoundError,
    RequestUnavailableError,
    SharekitError,
    UploadOffsetError,
)
from sharekit.kit import Sharekit
from sharekit.records.submissions import RequestView, UploadView
from sharekit.web._bodies import Body, read_file
from sharekit.web._errors import BodyLostError, BodyStalledError, MalformedBodyError, WrongTypeError
from sharekit.web._guard import read_form, refuse_cross_site
from sharekit.web.answers import Answers, Reader
from sharekit.web.calls import Call
from sharekit.web.messages import WebRequest, WebResponse
from sharekit.web.refusals import REFUSED, sentence_for, status_for
from sharekit.web.request_pages import request_page
from sharekit.web.routes import UPLOAD, UPLOAD_FILE, UPLOAD_FILES, UPLOAD_FINISH, UPLOAD_ITEM, Route

__all__ = ["UploadEndpoints"]

T = TypeVar("T")

_VERSION: Final = "1.0.0"
_EXTENSIONS: Final = "creation,expiration,termination"
_PART_TYPE: Final = "application/offset+octet-stream"
_MOST_BYTES: Final = 2**40
_MOST_METADATA: Final = 4096
_TUS: Final = ("Tus-Resumable", _VERSION)


@attrs.frozen(kw_only=True)
class UploadEndpoints:
    """
    Answers calls to upload pages.

    Attributes:
        kit: The kit.
        answers: What makes responses.
        resolve_tenant: The host's own way to tell the tenant of a request; without it the token tells.
    """

    kit: Sharekit
    answers: Answers
    resolve_tenant: Callable[[WebRequest], str | None] | None

    def answer(self, route: Route, call: Call) -> WebResponse | None:
        """Return the answer to a call; None when its address is none of an upload page."""
        method = "GET" if call.request.method == "HEAD" and route is not UPLOAD_FILE else call.request.method
        answering: Mapping[tuple[Route, str], Callable[[Call], WebResponse]] = {
            (UPLOAD, "GET"): self._page,
            (UPLOAD_ITEM, "POST"): self._send,
            (UPLOAD_FINISH, "POST"): self._finish,
            (UPLOAD_FILES, "OPTIONS"): self._options,
            (UPLOAD_FILES, "POST"): self._begin,
            (UPLOAD_FILE, "HEAD"): self._look,
            (UPLOAD_FILE, "PATCH"): self._append,
            (UPLOAD_FILE, "DELETE"): self._abort,
        }
        act = answering.get((route, method))
        if act is None:
            return None
        if method in {"POST", "PATCH", "DELETE"}:
            refuse_cross_site(call.request)
        if route in {UPLOAD_FILES, UPLOAD_FILE} and method != "OPTIONS":
            return self._by_tus(call, act)
        return act(call)

    def _page(self, call: Call) -> WebResponse:
        view = self._kit_for(call).requests.open(call.places["token"], locale=call.reader.language.tag)
        return self._shown(call, view)

    def _send(self, call: Call) -> WebResponse:
        """Take the file of a form, for browsers without JavaScript; one file in each."""
        kit, token, item = self._kit_for(call), call.places["token"], call.places["item"]
        view = kit.requests.open(token, locale=call.reader.language.tag)
        wanted = next((each for each in view.items if each.key == item), None)
        if wanted is None:
            raise NotFoundError("item")
        sent = read_file(call.request, wanted.max_bytes)
        if not sent.name:
            return self._to_page(call)
        try:
            _from_body(lambda: kit.requests.submit(token, item, sent.name, sent.stream))
        except REFUSED as error:
            return self._shown(call, view, (item, error))
        return self._to_page(call)

    def _finish(self, call: Call) -> WebResponse:
        read_form(call.request)
        kit, token = self._kit_for(call), call.places["token"]
        try:
            kit.requests.finish(token)
        except InvalidInputError:
            kit.requests.open(token)  # the page as it is now tells why
        return self._to_page(call)

    def _options(self, _: Call) -> WebResponse:
        """Tell what of tus is spoken here; the same for every token."""
        return self.answers.nothing(
            ("Allow", UPLOAD_FILES.allow), _TUS, ("Tus-Version", _VERSION), ("Tus-Extension", _EXTENSIONS)
        )

    def _by_tus(self, call: Call, act: Callable[[Call], WebResponse]) -> WebResponse:
        kit, token = self._kit_for(call), call.places["token"]
        if call.request.headers.get("tus-resumable") != _VERSION:
            kit.requests.open(token)  # a dead page is an unknown address, whatever is sent to it
            return self.answers.told(HTTPStatus.PRECONDITION_FAILED, b"", "text/plain", ("Tus-Version", _VERSION), _TUS)
        try:
            return act(call)
        except UploadOffsetError as error:
            return self._refused(kit, call, error, ("Upload-Offset", str(error.offset)))
        except REFUSED as error:
            return self._refused(kit, call, error)
        except (MalformedBodyError, WrongTypeError):
            kit.requests.open(token)
            raise
        except NotFoundError:
            return self.answers.told(HTTPStatus.NOT_FOUND, b"", "text/plain", _TUS)

    def _begin(self, call: Call) -> WebResponse:
        headers, token = call.request.headers, call.places["token"]
        size, described = _number(headers.get("upload-length")), _metadata(headers.get("upload-metadata", ""))
        requests = self._kit_for(call).requests
        begun = requests.begin_upload(token, described.get("item", ""), described.get("filename", ""), size=size)
        location = call.reader.root + UPLOAD_FILE.fill(token=token, upload=begun.id)
        return self.answers.told(HTTPStatus.CREATED, b"", "text/plain", ("Location", location), _expires(begun), _TUS)

    def _look(self, call: Call) -> WebResponse:
        seen = self._kit_for(call).requests.upload(call.places["token"], call.places["upload"])
        return self.answers.told(
            HTTPStatus.OK,
            b"",
            "text/plain",
            ("Upload-Offset", str(seen.offset)),
            ("Upload-Length", str(seen.size)),
            _expires(seen),
            _TUS,
        )

    def _append(self, call: Call) -> WebResponse:
        request, requests = call.request, self._kit_for(call).requests
        token, upload = call.places["token"], call.places["upload"]
        if request.headers.get("content-type") != _PART_TYPE:
            raise WrongTypeError
        offset = _number(request.headers.get("upload-offset"))
        body = Body(request, _MOST_BYTES)
        if body.length is None and "transfer-encoding" not in request.headers:
            body.length = 0
        seen = _from_body(lambda: requests.append(token, upload, offset, body))
        return self.answers.nothing(("Upload-Offset", str(seen.offset)), _expires(seen), _TUS)

    def _abort(self, call: Call) -> WebResponse:
        self._kit_for(call).requests.abort(call.places["token"], call.places["upload"])
        return self.answers.nothing(_TUS)

    def _refused(self, kit: Sharekit, call: Call, error: SharekitError, *headers: tuple[str, str]) -> WebResponse:
        """Return what a script of ours reads out to the contact, in their language."""
        reader = call.reader.speaking(kit.requests.open(call.places["token"]).locale)
        told = {"code": getattr(error, "reason", error.code), "message": self.answers.sentence(reader, error)}
        body = json.dumps(told, ensure_ascii=False).encode()
        return self.answers.told(status_for(error), body, "application/json; charset=utf-8", *headers, _TUS)

    def _shown(self, call: Call, view: RequestView, problem: tuple[str, SharekitError] | None = None) -> WebResponse:
        reader: Reader = call.reader.speaking(view.locale)
        formats = self.answers.formats(reader)
        told = None if problem is None else (problem[0], sentence_for(problem[1], formats))
        page = request_page(view, formats, root=reader.root, token=call.places["token"], problem=told)
        return self.answers.request(reader, page, 200 if problem is None else status_for(problem[1]))

    def _to_page(self, call: Call) -> WebResponse:
        return self.answers.see_other(call.reader.root + UPLOAD.fill(token=call.places["token"]))

    def _kit_for(self, call: Call) -> Sharekit:
        named = self.kit.requests.tenant_of(call.places["token"])
        if named is None or (self.resolve_tenant is not None and self.resolve_tenant(call.request) != named):
            raise RequestUnavailableError
        return self.kit if named == self.kit.tenant else self.kit.for_tenant(named)


def _from_body(act: Callable[[], T]) -> T:
    """Do what reads a body; say what was wrong when that did not come, or not whole."""
    try:
        return act()
    except TimeoutError as error:
        raise BodyStalledError from error
    except OSError as error:
        raise BodyLostError from error


def _number(text: str | None) -> int:
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise MalformedBodyError
    return int(text)


def _metadata(text: str) -> Mapping[str, str]:
    """Return what ``Upload-Metadata`` says: names, and values in base64."""
    if len(text) > _MOST_METADATA:
        raise MalformedBodyError
    found: dict[str, str] = {}
    for pair in text.split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise MalformedBodyError from error
    return found


def _expires(upload: UploadView) -> tuple[str, str]:
    return "Upload-Expires", format_datetime(upload.expires_at, usegmt=True)
