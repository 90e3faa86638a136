"""A long life of documents against a dictionary: whatever is done, each reader finds what they should."""

from datetime import timedelta

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule

from sharekit import Access, Contact, ResourceRef, Staff, Visibility, errors
from sharekit.codec.kinds_of_documents import BLOB_INTENT
from sharekit.ids import blob_prefix
from sharekit.ports import Query
from sharekit.records.documents import Document
from sharekit.testing import FrozenClock, kit, project_kind
from tests.features._documents import text

MARIA = Staff("maria")
OPEN, CASE = ResourceRef("project", "open"), ResourceRef("project", "case")


@attrs.define
class Held:
    """What the dictionary knows of one document."""

    name: str
    versions: list[bytes]
    container: ResourceRef
    uploader: str | None
    internal: bool = False
    closed: bool = False
    granted: set[str] = attrs.field(factory=set[str])


class Documents(RuleBasedStateMachine):
    """
    Two clients and two projects, of which the first is shared with the first client.

    What each of them sees is told by three plain facts of each document: it is internal, it is closed to who has
    its project, and whom it was shared with.
    """

    documents = Bundle("documents")

    def __init__(self) -> None:
        super().__init__()
        self.clock = FrozenClock()
        self.kit = kit(clock=self.clock, kinds=[project_kind()], secret_keys=[b"k" * 40])
        for project in (OPEN, CASE):
            self.kit.catalog.put(project, title=project.id, client_title=project.id, by=MARIA)
        self.people = {
            name: Contact(self.kit.people.add_contact(name, f"{name}@x.test", by=MARIA).id) for name in ("ana", "ben")
        }
        self.kit.shares.grant(OPEN, to=self.people["ana"], by=MARIA, access=Access.CONTRIBUTE)
        self.model: dict[str, Held] = {}
        self.removed: list[Document] = []

    @initialize(target=documents, size=st.integers(1, 9))
    def first(self, size: int) -> Document:
        """Begin with one document."""
        return self._add(OPEN, "First.txt", text(size), MARIA, internal=False)

    @rule(
        target=documents,
        container=st.sampled_from([OPEN, CASE]),
        name=st.sampled_from(["a.txt", "B.txt", "ä.txt"]),
        data=st.integers(1, 200_000).map(text),
        internal=st.booleans(),
    )
    def add(self, container: ResourceRef, name: str, data: bytes, internal: bool) -> Document:
        """Staff add a document."""
        return self._add(container, name, data, MARIA, internal=internal)

    @rule(target=documents, name=st.sampled_from(["mine.txt", "a.txt"]), size=st.integers(5, 5000))
    def upload(self, name: str, size: int) -> Document:
        """The client who may contribute adds a document."""
        return self._add(OPEN, name, text(size), self.people["ana"], internal=False)

    def _add(self, container: ResourceRef, name: str, data: bytes, by: Staff | Contact, *, internal: bool) -> Document:
        if isinstance(by, Contact):
            document = self.kit.documents.add(container, name, data, by=by)
        else:
            visibility = Visibility.INTERNAL if internal else Visibility.CLIENT
            document = self.kit.documents.add(container, name, data, by=by, visibility=visibility)
        uploader = "ana" if isinstance(by, Contact) else None
        granted = {"ana"} if uploader else set[str]()
        self.model[document.id] = Held(name, [data], container, uploader, internal=internal, granted=granted)
        return document

    @rule(document=documents, size=st.integers(1, 200_000))
    def replace(self, document: Document, size: int) -> None:
        """Staff replace it."""
        data = text(size, f"v{len(self.model[document.id].versions)}")
        self.kit.documents.replace(document, data, by=MARIA)
        self.model[document.id].versions.append(data)

    @rule(document=documents, name=st.sampled_from(["c.txt", "D.txt"]))
    def rename(self, document: Document, name: str) -> None:
        """Staff rename it."""
        self.kit.documents.rename(document, name, by=MARIA)
        self.model[document.id].name = name

    @rule(document=documents, to=st.sampled_from(["ana", "ben"]))
    def share(self, document: Document, to: str) -> None:
        """Staff share it with a client."""
        self.kit.documents.share(document, to=self.people[to], by=MARIA)
        held = self.model[document.id]
        held.granted.add(to)
        held.closed = held.closed or held.internal
        held.internal = False

    @rule(document=documents, of=st.sampled_from(["ana", "ben"]))
    def revoke(self, document: Document, of: str) -> None:
        """Staff take one share back."""
        for grant in self.kit.shares.of(document.ref):
            if grant.grantee == self.people[of].key:
                self.kit.shares.revoke(grant, by=MARIA)
        self.model[document.id].granted.discard(of)

    @rule(document=documents)
    def unshare(self, document: Document) -> None:
        """Staff take it from every portal."""
        self.kit.documents.unshare(document, by=MARIA)
        held = self.model[document.id]
        held.internal, held.closed, held.granted = True, True, set[str]()

    @rule(target=documents, document=documents, container=st.sampled_from([OPEN, CASE]))
    def copy(self, document: Document, container: ResourceRef) -> Document:
        """Staff copy it into a project."""
        copied = self.kit.documents.copy(document, container, by=MARIA)
        held = self.model[document.id]
        self.model[copied.id] = Held(held.name, [held.versions[-1]], container, None)
        return copied

    @rule(document=consumes(documents))
    def remove(self, document: Document) -> None:
        """Staff remove it."""
        self.kit.documents.remove(document, by=MARIA)
        del self.model[document.id]
        self.removed.append(document)

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        """Time goes by."""
        self.clock.advance(timedelta(hours=hours))

    @precondition(lambda self: bool(self.removed))
    @rule()
    def sweep(self) -> None:
        """The operator sweeps, after a while."""
        self.clock.advance(timedelta(hours=25))
        self.kit.sweep(dry_run=False)
        with self.kit._wiring.records.transaction(self.kit.tenant) as tx:
            intents = tx.count(Query(BLOB_INTENT.name))

        assert intents == 0
        assert len(list(self.kit._wiring.blob_store().blobs(blob_prefix(self.kit.tenant)))) == sum(
            len(held.versions) for held in self.model.values()
        )

    @invariant()
    def clients_find_what_they_should(self) -> None:
        """Each client's list is what the dictionary says, with the marks that it says."""
        for name, contact in self.people.items():
            expected = {
                id_: (held.name, held.uploader == name) for id_, held in self.model.items() if self._sees(name, held)
            }
            page = self.kit.documents.visible(contact, limit=200)

            assert {item.ref.id: (item.name, item.uploaded) for item in page.items} == expected

    def _sees(self, name: str, held: Held) -> bool:
        through_project = name == "ana" and held.container == OPEN and not held.closed
        return not held.internal and (name in held.granted or through_project)

    @rule(document=documents)
    def read(self, document: Document) -> None:
        """Everybody who may reads exactly the last bytes; to the others it is not there."""
        held = self.model[document.id]

        assert self.kit.documents.open(document, by=MARIA).read() == held.versions[-1]
        for name, contact in self.people.items():
            try:
                read: bytes | None = self.kit.documents.open(document, by=contact).read()
            except errors.NotFoundError:
                read = None
            assert read == (held.versions[-1] if self._sees(name, held) else None)

    @rule()
    def list_for_staff(self) -> None:
        """The list of both clients names what either sees or uploaded, and for whom."""
        page = self.kit.documents.of_contacts(list(self.people.values()), by=MARIA, limit=200)
        expected = {
            id_: {name for name in self.people if self._sees(name, held) or held.uploader == name}
            for id_, held in self.model.items()
        }
        names = {contact: name for name, contact in self.people.items()}

        assert {item.ref.id: {names[one] for one in item.contacts} for item in page.items} == {
            id_: concerned for id_, concerned in expected.items() if concerned
        }

    def teardown(self) -> None:
        """In the end records and bytes agree."""
        report = self.kit.fsck(read=True)

        assert report.findings == ()
        for document in self.removed:
            for reader in (MARIA, *self.people.values()):
                try:
                    self.kit.documents.open(document, by=reader)
                except errors.NotFoundError:
                    continue
                raise AssertionError(document)


TestDocuments = Documents.TestCase
TestDocuments.settings = settings(stateful_step_count=30)
