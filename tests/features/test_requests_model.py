"""The life of a request against an independent model of what may follow what (R-REQ-1, R-UP-2)."""

from datetime import timedelta

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sharekit import ResourceRef, Staff, System, errors
from sharekit.records.requests import DocumentRequest, RequestItem, RequestState
from sharekit.records.submissions import Submission
from sharekit.testing import FrozenClock, kit
from tests.features._requests import PDF

MARIA, ROOT = Staff("maria"), System("root")
CASE = ResourceRef("project", "case")
NEEDED, SPARE = "needed", "spare"
MOST = {NEEDED: 2, SPARE: 3}
MAX_FILES = 5
WAITING = {"open", "partial", "sent-back"}


@attrs.define
class Model:
    """What should be true of one contact's part, written down without looking at the library."""

    state: str = "open"
    files: dict[str, str] = attrs.field(factory=dict[str, str])
    """What became of each file, by its id: its item, with a minus before it when it was sent back."""
    under_way: list[str] = attrs.field(factory=list[str])
    """The items of the files that come in parts."""

    def counting(self, item: str) -> int:
        """Return how many files count for an item."""
        return sum(1 for each in self.files.values() if each == item)

    def takes(self, item: str) -> bool:
        """Say whether one more file is taken."""
        held = self.counting(item) + self.under_way.count(item)
        return (
            self.state not in {"accepted", "closed", "cancelled"}
            and held < MOST[item]
            and len(self.files) + len(self.under_way) < MAX_FILES
        )

    def came(self, id_: str, item: str) -> None:
        """Note a file."""
        self.files[id_] = item
        if self.counting(NEEDED) or self.state == "submitted":
            self.state = "submitted"
        else:
            self.state = "partial"


class RequestLives(RuleBasedStateMachine):
    """Two contacts and staff do anything in any order."""

    @initialize()
    def begin(self) -> None:
        """Start with one request to two contacts."""
        self.clock = FrozenClock()
        self.kit = kit(clock=self.clock)
        self.kit.catalog.put(CASE, title="in", client_title="out", by=MARIA)
        self.people = [self.kit.people.add_contact(name, f"{name}@x.test", by=MARIA) for name in ("ana", "bo")]
        self.request: DocumentRequest = self.kit.requests.create(
            to=self.people,
            items=[
                RequestItem("Needed", key=NEEDED, max=MOST[NEEDED]),
                RequestItem("Spare", key=SPARE, min=0, max=MOST[SPARE]),
            ],
            about=CASE,
            max_files=MAX_FILES,
            by=MARIA,
        )
        self.tokens = [self.kit.requests.token(self.request, person) for person in self.people]
        self.models = [Model(), Model()]
        self.sent: dict[str, Submission] = {}
        self.uploads: list[tuple[int, str, str]] = []

    @rule(who=st.integers(0, 1), item=st.sampled_from([NEEDED, SPARE]), size=st.none() | st.just(len(PDF)))
    def send(self, who: int, item: str, size: int | None) -> None:
        """Send a file at once."""
        model = self.models[who]
        expected = model.takes(item)
        try:
            sent = self.kit.requests.submit(self.tokens[who], item, "x.pdf", PDF, size=size)
        except (errors.RequestUnavailableError, errors.RequestStateError, errors.UploadLimitError):
            assert not expected
            return
        assert expected
        self.sent[sent.id] = sent
        model.came(sent.id, item)

    @rule(who=st.integers(0, 1), item=st.sampled_from([NEEDED, SPARE]))
    def begin_upload(self, who: int, item: str) -> None:
        """Begin to send a file in parts."""
        expected = self.models[who].takes(item)
        try:
            upload = self.kit.requests.begin_upload(self.tokens[who], item, "x.pdf", size=len(PDF))
        except (errors.RequestUnavailableError, errors.RequestStateError, errors.UploadLimitError):
            assert not expected
            return
        assert expected
        self.models[who].under_way.append(item)
        self.uploads.append((who, item, upload.id))

    @rule(place=st.integers(0, 9), whole=st.booleans())
    def send_part(self, place: int, whole: bool) -> None:
        """Send some of a file, or all that is missing of it."""
        if not self.uploads:
            return
        who, item, id_ = self.uploads[place % len(self.uploads)]
        model = self.models[who]
        expected = model.state not in {"accepted", "closed", "cancelled"}
        try:
            start = self.kit.requests.upload(self.tokens[who], id_).offset
            stop = len(PDF) if whole or start + 100 >= len(PDF) else start + 100
            seen = self.kit.requests.append(self.tokens[who], id_, start, PDF[start:stop])
        except (errors.RequestUnavailableError, errors.RequestStateError):
            assert not expected
            return
        assert expected
        assert seen.offset == stop
        if seen.receipt is not None:
            self.uploads.remove((who, item, id_))
            model.under_way.remove(item)
            found = next(
                each for each in self.kit.requests.submissions(self.request) if each.id == seen.receipt.submission
            )
            self.sent[found.id] = found
            model.came(found.id, item)

    @rule(place=st.integers(0, 9))
    def give_up(self, place: int) -> None:
        """Give up a file that comes in parts."""
        if not self.uploads:
            return
        who, item, id_ = self.uploads[place % len(self.uploads)]
        try:
            self.kit.requests.abort(self.tokens[who], id_)
        except errors.RequestUnavailableError:
            assert self.models[who].state in {"closed", "cancelled"}
            return
        self.uploads.remove((who, item, id_))
        self.models[who].under_way.remove(item)

    @rule(who=st.integers(0, 1))
    def finish(self, who: int) -> None:
        """Say that this is all."""
        model = self.models[who]
        try:
            self.kit.requests.finish(self.tokens[who])
        except (errors.RequestUnavailableError, errors.RequestStateError):
            assert model.state not in {"partial", "submitted"}
            return
        assert model.state in {"partial", "submitted"}
        model.state = "submitted"

    @rule(place=st.integers(0, 30), accepts=st.booleans())
    def judge_one(self, place: int, accepts: bool) -> None:
        """Accept one file, or send it back."""
        if not self.sent:
            return
        sent = list(self.sent.values())[place % len(self.sent)]
        who = [person.id for person in self.people].index(sent.contact.id)
        model = self.models[who]
        requests = self.kit.requests
        accepted = {each.id for each in requests.submissions(self.request) if each.state == "accepted"}
        try:
            if accepts:
                requests.accept(sent, by=MARIA)
            else:
                requests.send_back(sent, reason="No.", by=MARIA)
        except errors.RequestStateError:
            assert model.state in {"closed", "cancelled"}
            return
        assert model.state not in {"open", "closed", "cancelled"}
        model.files[sent.id] = sent.item if accepts else f"-{sent.item}"
        if not accepts:
            model.state = "sent-back"
        elif model.counting(NEEDED) and {
            id_ for id_, item in model.files.items() if not item.startswith("-")
        } <= accepted | {sent.id}:
            model.state = "accepted"

    @rule(who=st.integers(0, 1))
    def accept_whole(self, who: int) -> None:
        """Accept all that one contact sent."""
        model = self.models[who]
        counts = any(not item.startswith("-") for item in model.files.values())
        try:
            self.kit.requests.accept(self.request.recipients[who], by=MARIA)
        except errors.RequestStateError:
            assert model.state in {"open", "closed", "cancelled"} or not counts
            return
        assert counts
        assert model.state not in {"open", "closed", "cancelled"}
        model.state = "accepted"

    @rule(who=st.integers(0, 1), closes=st.booleans())
    def end(self, who: int, closes: bool) -> None:
        """End one contact's part."""
        model = self.models[who]
        wanted, other = ("closed", "cancelled") if closes else ("cancelled", "closed")
        try:
            (self.kit.requests.close if closes else self.kit.requests.cancel)(self.request.recipients[who], by=MARIA)
        except errors.RequestStateError:
            assert model.state == other or (model.state == "accepted" and not closes)
            return
        assert model.state != other
        model.state = wanted

    @rule(who=st.integers(0, 1))
    def remind(self, who: int) -> None:
        """Remind one contact after a while."""
        self.clock.advance(timedelta(hours=1))
        try:
            self.kit.requests.remind(self.request.recipients[who], pause=timedelta(minutes=1), at_most=100, by=ROOT)
        except errors.ReminderRefusedError:
            assert self.models[who].state not in WAITING
            return
        except errors.SharekitError as error:
            raise AssertionError from error
        assert self.models[who].state in WAITING

    @rule()
    def time_goes_by(self) -> None:
        """Let so much time go by that what is on its way is given up."""
        self.clock.advance(timedelta(hours=12))
        assert len(self.uploads) == self.kit.sweep(dry_run=False).uploads
        self.uploads.clear()
        for model in self.models:
            model.under_way.clear()

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        """States, files, and the room that they take agree with the model."""
        parts = self.kit.requests.get(self.request).recipients
        for part, model in zip(parts, self.models, strict=True):
            sent = self.kit.requests.submissions(part)
            taken = len(PDF) * (len(model.files) + len(model.under_way))
            assert RequestState(model.state) is part.state
            assert set(model.files) == {each.id for each in sent}
            assert (len(model.files) + len(model.under_way), taken) == (part.files_held, part.bytes_held)

    @invariant()
    def pages_are_there_until_the_end(self) -> None:
        """The page of a part is there exactly while it is not over and its time is not."""
        over = self.clock.now() >= self.request.expires_at
        for token, model in zip(self.tokens, self.models, strict=True):
            try:
                view = self.kit.requests.open(token)
            except errors.RequestUnavailableError:
                assert over or model.state in {"closed", "cancelled"}
            else:
                assert model.state == view.state
                assert len(model.files) == len(view.receipts)


TestRequestLives = RequestLives.TestCase
TestRequestLives.settings = settings(stateful_step_count=30)
