"""A kit that works in the host's transaction asks the host's directory as every other does."""

import attrs

from sharekit import Contact, ResourceRef, Right, Staff
from sharekit.backends.sqlalchemy import SqlAlchemyRecordStore
from sharekit.records.people import ContactInfo
from sharekit.testing import kit
from tests.backends._hosts import KEY, MARIA, Agency, agency, project, url

__all__ = ["agency", "url"]


@attrs.define
class OwnContacts:
    """A directory of a host that keeps its contacts itself."""

    people: dict[str, ContactInfo]

    def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
        """Let staff do everything."""
        return frozenset(Right)

    def contact(self, id: str) -> ContactInfo | None:
        """Look one up."""
        return self.people.get(id)

    def search_contacts(self, text: str, limit: int) -> list[ContactInfo]:
        """Find nobody."""
        return []


def test_the_preview_of_a_link_asks_the_host_of_its_recipient(agency: Agency) -> None:
    """Its language is the recipient's, and it opens nothing once they are gone, also in the host's transaction."""
    directory = OwnContacts({"1": ContactInfo(id="1", name="Ana", email="ana@acme.test", locale="es")})
    own = kit(records=SqlAlchemyRecordStore(agency.engine), directory=directory, secret_keys=[KEY])
    own.catalog.put(project(), title="Internal", client_title="Yours", by=MARIA)
    link = own.links.create(project(), by=MARIA, sections=set(), recipient=Contact("1"))
    with agency.session() as session:
        joined = own.joined(session)
        before = own.links.problem(link), joined.links.problem(link), joined.links.preview(link).problem
        directory.people.clear()
        after = own.links.problem(link), joined.links.problem(link), joined.links.preview(link).problem

    assert before == (None, None, None)
    assert after == ("recipient-inactive",) * 3
