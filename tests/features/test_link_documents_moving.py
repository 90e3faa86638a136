"""
Documents through a read link, while the folder that they lie in is being moved away.
"""

import pytest

from sharekit import Action, ResourceKind, ResourceRef, Sharekit, Staff, Visibility
from sharekit.features import catalog
from sharekit.features._unit import Unit
from sharekit.records.documents import DocumentSection
from sharekit.testing import kit

MARIA = Staff("maria")
FROM, TO, FOLDER = ResourceRef("project", "1"), ResourceRef("project", "2"), ResourceRef("folder", "f")


@pytest.mark.parametrize("visibility", [Visibility.CLIENT, Visibility.INTERNAL])
def test_who_has_a_link_loses_at_once_what_is_moved_away(
    monkeypatch: pytest.MonkeyPatch, visibility: Visibility
) -> None:
    """Before the parts that are left are brought along, by decision and in the list alike."""
    monkeypatch.setattr(Unit, "at_once", 2)
    monkeypatch.setattr(catalog, "bring_the_rest", lambda _: None)  # as when the process dies there
    made: Sharekit = kit(
        kinds=[
            ResourceKind("project", title="Project", sections={"papers": DocumentSection("Papers")}),
            ResourceKind("folder", title="Folder"),
        ]
    )
    made.catalog.put(FROM, title="One", client_title="One", by=MARIA)
    made.catalog.put(TO, title="Two", client_title="Two", visibility=visibility, by=MARIA)
    made.catalog.put(FOLDER, title="Folder", client_title="Folder", container=FROM, by=MARIA)
    papers = [
        made.documents.add(FOLDER, f"{number}.txt", b"Plain words.", visibility=Visibility.CLIENT, by=MARIA).ref
        for number in range(5)
    ]
    token = made.links.token(made.links.create(FROM, sections={"papers"}, by=MARIA))
    before = made.links.holder(token)
    could = [made.access.can(before, Action.VIEW, paper) for paper in papers]
    made.catalog.move(FOLDER, TO, by=MARIA)
    after = made.links.holder(token)

    assert could == [True] * 5
    assert [made.access.can(after, Action.VIEW, paper) for paper in papers] == [False] * 5
    content = made.links.open(token).sections["papers"].content
    assert list(getattr(content, "items")) == []  # noqa: B009  # of any loader's type
