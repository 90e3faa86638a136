"""Explanations are read as sentences, in five languages, whatever they say."""

from datetime import UTC, datetime

import pytest

from sharekit import Action, Decision, Grant, OrganizationMode, ResourceRef, Staff, System, TenantId, errors
from sharekit.policies.access import AccessReason, Miss
from sharekit.records.explanations import Cause, Explanation, NearMiss
from sharekit.testing import kit
from sharekit.web.explanations import sentences
from sharekit.web.locales import LANGUAGES

MARIA = Staff("maria")
REF = ResourceRef("project", "42")
GRANT = Grant(
    tenant=TenantId("default"),
    ref=REF,
    grantee="contact:ana",
    granted_at=datetime(2026, 3, 2, tzinfo=UTC),
    granted_by=MARIA.key,
)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_reason_and_every_miss_is_a_sentence(locale: str) -> None:
    """Each its own, and none is a slug."""
    reasons = [*AccessReason, "unknown-principal", "has-share", "needs-manage"]
    told = [sentences(Explanation(decision=Decision(allowed=False, reason=each)), locale=locale)[0] for each in reasons]
    denied = Decision(allowed=False, reason="internal")
    near = [
        sentences(Explanation(decision=denied, near_misses=(NearMiss(reason=each, grant=GRANT),)), locale=locale)[1]
        for each in Miss
    ]

    assert len(reasons) + len(Miss) == len({*told, *near})
    assert all(text.endswith(".") and text[0].isupper() for text in (*told, *near))


def test_an_explanation_is_told_in_the_language_of_the_reader() -> None:
    """First what was decided, then what else speaks for it; a country changes nothing."""
    explained = Explanation(
        decision=Decision(allowed=True, reason="shared-with-me"),
        causes=(Cause(reason="shared-with-me"), Cause(reason="requested-by-me")),
    )

    assert ["It is shared with them.", "They asked for it."] == sentences(explained)
    assert ["Es ist für diese Person freigegeben.", "Diese Person hat darum gebeten."] == sentences(
        explained, locale="de-AT"
    )
    with pytest.raises(errors.InvalidInputError):
        sentences(explained, locale="fr")


def test_why_not_is_told_with_what_is_missing() -> None:
    """From the question to the sentences: the company has it, and does not count."""
    sharekit = kit()
    ana = sharekit.people.add_contact("Ana", "ana@x.test", by=MARIA)
    acme = sharekit.people.add_organization("Acme", by=MARIA)
    sharekit.people.join(ana, acme, by=MARIA)
    sharekit.people.add_staff(MARIA, name="Maria", roles={"admin"}, by=System("setup"))
    sharekit.catalog.put(REF, title="Relaunch", by=MARIA)
    sharekit.shares.grant(REF, to=acme, by=MARIA)
    sharekit.portal.configure(organizations=OrganizationMode.NOBODY, by=MARIA)

    assert [
        "Nothing that the portal goes by lets them see it.",
        "It is shared with their organization, whose shares do not count for them.",
    ] == sentences(sharekit.access.explain(ana, Action.VIEW, REF))
