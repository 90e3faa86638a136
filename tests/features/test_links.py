from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sharekit import LinkState, Organization, ResourceRef, Right, Sharekit, Staff, errors, signals
from sharekit.backends.memory import MemoryRecordStore
from sharekit.records.events import LinkCreated, LinkFetched, LinkRefused, LinkRevoked
from sharekit.testing import FrozenClock, kit
from tests.features.conftest import KEY, Agency, opens


class TestOpening:
    def test_a_link_shows_the_named_sections_live(self, agency: Agency) -> None:
        """The client sees the sections that were named, with what the loaders return now."""
        token = agency.token(sections={"progress", "hours"})

        view = agency.kit.links.open(token)

        assert ["progress", "hours"] == list(view.sections)
        assert {"done": 60, "project": "42"} == view.sections["progress"].content
        assert "Relaunch" == view.title
        assert "Project" == view.kind_title
        assert view.ticket is None

    def test_a_hidden_section_is_absent_and_never_loaded(self, agency: Agency) -> None:
        """No loader of a hidden section runs."""
        agency.kit.links.open(agency.token(sections={"progress"}))

        assert ["progress"] == agency.loads.calls

    def test_the_same_token_is_shown_again(self, agency: Agency) -> None:
        """A link can be shown again at any time, also from a fresh copy of its record."""
        link = agency.link()

        again = agency.kit.links.get(link.id)

        assert agency.kit.links.token(link) == agency.kit.links.token(again)

    def test_opening_changes_nothing(self, agency: Agency) -> None:
        """A hundred openings leave every row as it was."""
        token = agency.token()
        before = agency.everything()

        for _ in range(100):
            agency.kit.links.open(token)

        assert before == agency.everything()

    def test_a_person_looking_is_counted(self, agency: Agency) -> None:
        """A recorded view raises the count and sets the time; it is in the audit trail."""
        link = agency.link()
        agency.clock.advance(timedelta(hours=1))

        agency.kit.links.record_view(agency.kit.links.token(link))

        seen = agency.kit.links.get(link.id)
        assert (1, agency.clock.now()) == (seen.views, seen.last_opened_at)
        assert "link-viewed" == agency.kit.audit.entries(newest_first=True)[0].action

    def test_a_loader_that_raises_spoils_only_its_section(
        self, agency: Agency, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The section is marked unavailable, the failure is logged, the rest is shown."""
        from sharekit import ResourceKind, Section

        def broken(ref: ResourceRef) -> object:
            raise RuntimeError(ref.id)

        kind = ResourceKind(
            "project", title="Project", sections={"hours": Section("Hours", load=broken), "ok": Section("Ok", load=str)}
        )
        own = kit(kinds=[kind])
        own.catalog.put(agency.relaunch, title="x", client_title="y", by=agency.maria)
        link = own.links.create(agency.relaunch, by=agency.maria, sections={"hours", "ok"})

        view = own.links.open(own.links.token(link))

        assert (False, None) == (view.sections["hours"].available, view.sections["hours"].content)
        assert view.sections["ok"].available
        assert "section hours" in caplog.text

    def test_a_loader_may_ask_for_the_context(self) -> None:
        """A loader of two arguments is told who reads, when, and in which language."""
        from sharekit import LinkHolder, ResourceKind, Section, SectionContext

        seen: list[SectionContext] = []

        def hours(ref: ResourceRef, context: SectionContext) -> object:
            seen.append(context)
            return ref.id

        clock = FrozenClock()
        own = kit(
            kinds=[ResourceKind("project", title="P", sections={"hours": Section("Hours", load=hours)})], clock=clock
        )
        ref = ResourceRef("project", "1")
        own.catalog.put(ref, title="x", client_title="y", by=Staff("m"))
        link = own.links.create(ref, by=Staff("m"), sections={"hours"})

        own.links.open(own.links.token(link), locale="nl")

        assert [SectionContext(tenant=own.tenant, principal=LinkHolder(link.id), at=clock.now(), locale="nl")] == seen

    def test_the_recipients_language_wins(self, agency: Agency) -> None:
        """Titles come in the language of the contact that the link is for."""
        ana = agency.kit.people.add_contact("Ana", "ana@acme.test", by=agency.maria, locale="de")
        token = agency.token(recipient=ana, sections={"hours"})

        view = agency.kit.links.open(token, locale="nl")

        assert ("de", "Projekt", "Stunden") == (view.locale, view.kind_title, view.sections["hours"].title)


class TestTitles:
    def test_an_internal_title_is_not_shown_by_accident(self, agency: Agency) -> None:
        """Without any client title the call is refused, and names the title that would show."""
        ref = ResourceRef("project", "43")
        agency.put(ref, title="Cheap one", client_title=None)
        before = agency.everything()

        with pytest.raises(errors.InternalTitleError) as refused:
            agency.kit.links.create(ref, by=agency.maria, sections=set())

        assert "Cheap one" == refused.value.title
        assert before == agency.everything()

    def test_an_internal_title_can_be_accepted(self, agency: Agency) -> None:
        """Accepting it shows it."""
        ref = ResourceRef("project", "43")
        agency.put(ref, title="Cheap one", client_title=None)
        link = agency.kit.links.create(ref, by=agency.maria, sections=set(), accept_internal_title=True)

        view = agency.kit.links.open(agency.kit.links.token(link))

        assert "Cheap one" == view.title

    def test_the_links_own_title_comes_first(self, agency: Agency) -> None:
        """A title given with the link is what the client reads."""
        view = agency.kit.links.open(agency.token(client_title="Your website"))

        assert "Your website" == view.title

    def test_a_client_title_that_is_taken_away_leaves_the_kind(self, agency: Agency) -> None:
        """When the client title goes later, the client reads the name of the kind, never the internal title."""
        token = agency.token()
        agency.put(agency.relaunch, title="Relaunch (cheap variant)", client_title=None)

        view = agency.kit.links.open(token)

        assert "Project" == view.title


class TestDeath:
    def test_a_revoked_link_is_dead_at_once(self, agency: Agency) -> None:
        """The next opening is refused, and staff see why."""
        link = agency.link()
        token = agency.kit.links.token(link)

        revoked = agency.kit.links.revoke(link, by=agency.maria)

        with pytest.raises(errors.LinkUnavailableError):
            agency.kit.links.open(token)
        assert LinkState.REVOKED == revoked.state
        assert [LinkState.REVOKED] == [found.state for found in agency.kit.links.of(agency.relaunch)]

    def test_revoking_twice_is_one_event(self, agency: Agency) -> None:
        """The second time changes nothing."""
        link = agency.link()

        first = agency.kit.links.revoke(link, by=agency.maria)
        second = agency.kit.links.revoke(link.id, by=agency.maria)

        assert first == second
        assert 1 == len(agency.kit.audit.entries(action="link-revoked"))

    def test_a_retry_finds_the_link_that_was_made(self, agency: Agency) -> None:
        """Within a day the same key is the same link; made with anything else it is refused, and so is its password."""
        key, ends = {"idempotency_key": "from the form"}, agency.clock.now() + timedelta(days=9)
        first = agency.link(password="one two three", expires_at=ends, **key)
        again = agency.link(password="one two three", expires_at=ends, **key)
        heard = [entry.action for entry in agency.kit.audit.entries(ref=agency.relaunch)].count("link-created")
        others: list[dict[str, Any]] = [{"expires_at": ends}, {"sections": {"hours"}}, {"max_uses": 3}]
        others += [{"password": "four five six", "expires_at": ends}]

        assert (first.id, 1) == (again.id, heard)
        for other in others:
            with pytest.raises(errors.KeyReusedError):
                agency.link(**key, **other)
        agency.kit.links.revoke(first, by=agency.maria)
        assert agency.link(password="one two three", expires_at=ends, **key).state == LinkState.REVOKED
        agency.clock.advance(timedelta(days=1))
        assert first.id != agency.link(**key).id

    def test_a_new_link_never_revives_the_old_one(self, agency: Agency) -> None:
        """The new token differs and works; the old one stays dead."""
        old = agency.link()
        old_token = agency.kit.links.token(old)
        agency.kit.links.revoke(old, by=agency.maria)

        new_token = agency.token()

        assert old_token != new_token
        assert opens(agency.kit, new_token)
        with pytest.raises(errors.LinkUnavailableError):
            agency.kit.links.open(old_token)

    @pytest.mark.parametrize(("microseconds", "open_"), [(-1, True), (0, False), (1, False)])
    def test_the_end_is_exclusive_to_the_microsecond(self, agency: Agency, microseconds: int, open_: bool) -> None:
        """One microsecond before its end a link opens; at its end it does not."""
        end = agency.clock.now() + timedelta(days=1)
        token = agency.token(expires_at=end)
        agency.clock.set(end + timedelta(microseconds=microseconds))

        if open_:
            assert opens(agency.kit, token)
        else:
            with pytest.raises(errors.LinkUnavailableError) as refused:
                agency.kit.links.open(token)
            assert refused.value.expired

    def test_an_expired_link_can_be_given_more_time(self, agency: Agency) -> None:
        """The same token opens again after staff extend the link."""
        link = agency.link(expires_at=agency.clock.now() + timedelta(days=1))
        token = agency.kit.links.token(link)
        agency.clock.advance(timedelta(days=2))

        agency.kit.links.update(link, by=agency.maria, expires_at=agency.clock.now() + timedelta(days=1))

        assert opens(agency.kit, token)

    def test_only_expiry_may_be_named(self, agency: Agency) -> None:
        """A revoked link whose time is over too says nothing about its time."""
        link = agency.link(expires_at=agency.clock.now() + timedelta(days=1))
        agency.kit.links.revoke(link, by=agency.maria)
        agency.clock.advance(timedelta(days=2))

        with pytest.raises(errors.LinkUnavailableError) as refused:
            agency.kit.links.open(agency.kit.links.token(link))

        assert not refused.value.expired

    def test_revoke_all_of_a_resource(self, agency: Agency) -> None:
        """Every live link to a resource dies in one transaction; dead ones are not counted again."""
        tokens = [agency.token() for _ in range(3)]
        agency.kit.links.revoke(agency.kit.links.of(agency.relaunch)[0], by=agency.maria)

        revoked = agency.kit.links.revoke_all(agency.relaunch, by=agency.maria)

        assert 2 == len(revoked)
        for token in tokens:
            with pytest.raises(errors.LinkUnavailableError):
                agency.kit.links.open(token)

    def test_revoke_all_of_a_party(self, agency: Agency) -> None:
        """Links for a contact, or by a member of staff, can be ended together."""
        ana = agency.kit.people.add_contact("Ana", "ana@acme.test", by=agency.maria)
        hers = agency.link(recipient=ana)
        other = agency.link()

        by_recipient = agency.kit.links.revoke_all(ana, by=agency.maria)
        by_maker = agency.kit.links.revoke_all(agency.maria, by=agency.maria)

        assert [hers.id] == [link.id for link in by_recipient]
        assert [other.id] == [link.id for link in by_maker]

    def test_revoke_all_of_an_organization(self, agency: Agency) -> None:
        """Links for those who belong to it now are ended together, and no other."""
        ana, ben, gone = (agency.person(name) for name in ("Ana", "Ben", "Gone"))
        acme = agency.company("Acme", ana, ben, gone)
        agency.kit.people.leave(gone, acme, by=agency.maria)
        links = [agency.link(recipient=recipient) for recipient in (ana, ben, gone)]
        kept = [links.pop(), agency.link()]

        revoked = agency.kit.links.revoke_all(acme, by=agency.maria)

        assert {link.id for link in revoked} == {link.id for link in links}
        assert all(opens(agency.kit, agency.kit.links.token(link)) for link in kept)
        assert agency.kit.links.revoke_all(agency.company("Empty"), by=agency.maria) == []
        with pytest.raises(errors.NotFoundError):
            agency.kit.links.revoke_all(Organization("nobody"), by=agency.maria)


class TestConditionsOfLife:
    """R-LINK-5: a link works only while its maker may share what it shows, and that is there to be shown."""

    def refused(self, agency: Agency, token: str) -> bool:
        """Say whether a token is refused without a reason."""
        try:
            agency.kit.links.open(token)
        except errors.LinkUnavailableError as error:
            return not error.expired
        return False

    def test_the_maker_is_deactivated(self, agency: Agency) -> None:
        """Deactivating the maker ends the link."""
        token = agency.token()

        agency.kit.people.deactivate(agency.maria, by=agency.root)

        assert self.refused(agency, token)

    def test_the_maker_loses_the_right_to_share(self, agency: Agency) -> None:
        """Another owner means that the maker may no longer share."""
        token = agency.token()

        agency.put(agency.relaunch, owner=agency.ben, title="Relaunch")

        assert self.refused(agency, token)

    def test_the_maker_loses_a_role(self, agency: Agency) -> None:
        """A link by an admin ends with the role."""
        agency.kit.people.add_staff(agency.ben, name="Ben", roles={"admin"}, by=agency.root)
        link = agency.kit.links.create(agency.relaunch, by=agency.ben, sections=set())
        token = agency.kit.links.token(link)
        assert opens(agency.kit, token)

        agency.kit.people.add_staff(agency.ben, name="Ben", by=agency.root)

        assert self.refused(agency, token)

    def test_the_resource_is_removed(self, agency: Agency) -> None:
        """Removing the resource ends the link, and putting its id again does not revive it."""
        token = agency.token()

        agency.kit.catalog.remove(agency.relaunch, by=agency.maria)

        assert self.refused(agency, token)
        agency.put(agency.relaunch)
        assert self.refused(agency, token)
        assert opens(agency.kit, agency.token())

    def test_the_resource_becomes_internal(self, agency: Agency) -> None:
        """Internal beats every link."""
        from sharekit import Visibility

        token = agency.token()

        agency.put(agency.relaunch, visibility=Visibility.INTERNAL)

        assert self.refused(agency, token)

    def test_the_resource_moves_under_something_internal(self, agency: Agency) -> None:
        """A container that clients may not see hides what lies in it."""
        from sharekit import Visibility

        vault = ResourceRef("project", "vault")
        agency.put(vault, visibility=Visibility.INTERNAL)
        token = agency.token()

        agency.kit.catalog.move(agency.relaunch, vault, by=agency.maria)

        assert self.refused(agency, token)

    def test_a_container_above_is_removed(self, agency: Agency) -> None:
        """Removing the container of the container ends the link."""
        top, middle, low = (ResourceRef("project", name) for name in ("top", "middle", "low"))
        agency.put(top)
        agency.put(middle, container=top)
        agency.put(low, container=middle)
        link = agency.kit.links.create(low, by=agency.maria, sections={"progress"})
        token = agency.kit.links.token(link)
        assert opens(agency.kit, token)

        agency.kit.catalog.remove(top, by=agency.maria)

        assert self.refused(agency, token)

    def test_the_recipient_is_deactivated(self, agency: Agency) -> None:
        """A link for a contact ends with the contact."""
        ana = agency.kit.people.add_contact("Ana", "ana@acme.test", by=agency.maria)
        token = agency.token(recipient=ana)
        assert opens(agency.kit, token)

        agency.kit.people.deactivate(ana, by=agency.maria)

        assert self.refused(agency, token)

    def test_the_hosts_directory_is_asked_each_time(self) -> None:
        """A right that the host takes away is gone at the next opening, and its return opens again."""

        class HostDirectory:
            rights_now: frozenset[Right] = frozenset(Right)

            def rights(self, staff: Staff, ref: ResourceRef) -> frozenset[Right]:
                return self.rights_now

        directory = HostDirectory()
        own = kit(directory=directory)
        ref = ResourceRef("project", "1")
        own.catalog.put(ref, title="x", client_title="y", by=Staff("m"))
        token = own.links.token(own.links.create(ref, by=Staff("m"), sections=set()))
        assert opens(own, token)

        directory.rights_now = frozenset({Right.VIEW})

        with pytest.raises(errors.LinkUnavailableError):
            own.links.open(token)
        directory.rights_now = frozenset({Right.VIEW, Right.SHARE})
        assert opens(own, token)

    def test_a_row_that_is_gone_denies_a_genuine_token(self, agency: Agency) -> None:
        """A signature alone never grants (R-TOK-5)."""
        link = agency.link()
        token = agency.kit.links.token(link)
        assert opens(agency.kit, token)
        with agency.records.transaction(agency.kit.tenant, write=True) as tx:
            row = tx.get("read-link", link.id)
            assert row is not None
            tx.delete("read-link", link.id, row.revision)

        assert self.refused(agency, token)


class TestSharing:
    def test_staff_without_the_right_may_not_share(self, agency: Agency) -> None:
        """Other staff may look, and no more; nothing is written."""
        before = agency.everything()

        with pytest.raises(errors.NotAllowedError) as refused:
            agency.kit.links.create(agency.relaunch, by=agency.ben, sections=set())

        assert "needs-share" == refused.value.reason
        assert before == agency.everything()

    def test_nobody_outside_makes_links(self, agency: Agency) -> None:
        """A contact is refused before anything is looked up, so that nothing can be learned."""
        ana = agency.kit.people.add_contact("Ana", "ana@acme.test", by=agency.maria)

        for ref in (agency.relaunch, ResourceRef("project", "absent")):
            with pytest.raises(errors.NotAllowedError) as refused:
                agency.kit.links.create(ref, by=ana, sections=set())

            assert "staff-only" == refused.value.reason

    def test_the_owner_can_end_a_link_of_somebody_else(self, agency: Agency) -> None:
        """The owner of the project takes back what an admin shared."""
        agency.kit.people.add_staff(agency.ben, name="Ben", roles={"admin"}, by=agency.root)
        link = agency.kit.links.create(agency.relaunch, by=agency.ben, sections=set())

        assert LinkState.REVOKED == agency.kit.links.revoke(link, by=agency.maria).state

    def test_others_cannot_end_it(self, agency: Agency) -> None:
        """Staff that may only look cannot take a link back."""
        link = agency.link()

        with pytest.raises(errors.NotAllowedError):
            agency.kit.links.revoke(link, by=agency.ben)

        assert opens(agency.kit, agency.kit.links.token(link))

    def test_an_internal_resource_cannot_be_shared(self, agency: Agency) -> None:
        """A link that could never open is refused when it is made."""
        from sharekit import Visibility

        agency.put(agency.relaunch, visibility=Visibility.INTERNAL)

        with pytest.raises(errors.NotAllowedError) as refused:
            agency.link()

        assert "resource-internal" == refused.value.reason

    def test_staff_can_ask_beforehand(self, agency: Agency) -> None:
        """The decision is the one that create would make, with its reason."""
        ana = agency.kit.people.add_contact("Ana", "ana@acme.test", by=agency.maria)
        asked = [
            agency.kit.links.may_create(ref, by=by)
            for ref, by in (
                (agency.relaunch, agency.maria),
                (agency.relaunch, agency.ben),
                (agency.relaunch, ana),
                (ResourceRef("project", "absent"), agency.maria),
            )
        ]

        assert [True, False, False, False] == [bool(decision) for decision in asked]
        assert ["may-share", "needs-share", "staff-only", "not-in-catalog"] == [found.reason for found in asked]


class TestUpdating:
    def test_sections_can_be_hidden_and_named_to_be_shown(self, agency: Agency) -> None:
        """Narrowing and widening take effect at the next opening; the event names what was added."""
        link = agency.link(sections={"progress", "hours"})
        token = agency.kit.links.token(link)

        agency.kit.links.update(link, by=agency.maria, sections={"progress"})
        narrow = set(agency.kit.links.open(token).sections)
        agency.kit.links.update(link, by=agency.maria, add_sections={"notes"})
        wide = set(agency.kit.links.open(token).sections)

        assert ({"progress"}, {"progress", "notes"}) == (narrow, wide)
        assert ("notes",) == agency.kit.audit.entries(newest_first=True)[0].details["added_sections"]

    def test_widening_must_be_named(self, agency: Agency) -> None:
        """A section that is hidden now cannot slip in."""
        link = agency.link(sections={"progress"})

        with pytest.raises(errors.WideningError) as refused:
            agency.kit.links.update(link, by=agency.maria, sections={"progress", "hours"})

        assert {"hours"} == refused.value.sections
        assert {"progress"} == agency.kit.links.get(link.id).sections

    def test_what_is_not_named_stays(self, agency: Agency) -> None:
        """Changing one thing leaves the others; a change of nothing is no event."""
        end = agency.clock.now() + timedelta(days=1)
        link = agency.link(expires_at=end, password="open sesame", client_title="Yours")
        count = len(agency.kit.audit.entries())

        same = agency.kit.links.update(link, by=agency.maria, expires_at=end)
        changed = agency.kit.links.update(link, by=agency.maria, client_title="Ours")

        assert link == same
        assert (end, "Ours", link.password_hash) == (changed.expires_at, changed.client_title, changed.password_hash)
        assert count + 1 == len(agency.kit.audit.entries())

    def test_a_dead_link_is_not_changed(self, agency: Agency) -> None:
        """A revoked link cannot be given more time."""
        link = agency.link()
        agency.kit.links.revoke(link, by=agency.maria)

        with pytest.raises(errors.InvalidInputError):
            agency.kit.links.update(link, by=agency.maria, expires_at=None)

    def test_taking_the_title_away_needs_acceptance(self, agency: Agency) -> None:
        """Removing the link's title is refused when the internal one would show."""
        ref = ResourceRef("project", "43")
        agency.put(ref, title="Cheap one", client_title=None)
        link = agency.kit.links.create(ref, by=agency.maria, sections=set(), client_title="Yours")

        with pytest.raises(errors.InternalTitleError):
            agency.kit.links.update(link, by=agency.maria, client_title=None)

        accepted = agency.kit.links.update(link, by=agency.maria, client_title=None, accept_internal_title=True)
        assert (None, "Cheap one") == (accepted.client_title, accepted.accepted_title)


class TestPreview:
    def test_staff_see_all_sections_marked(self, agency: Agency) -> None:
        """Visible sections have content, hidden ones only a name; nothing is counted."""
        link = agency.link(sections={"hours"}, max_uses=1)
        before = agency.everything()

        preview = agency.kit.links.preview(link)

        assert [("progress", False), ("hours", True), ("notes", False)] == [
            (section.name, section.visible) for section in preview.sections
        ]
        assert [None, "Progress"] == [preview.sections[0].content, preview.sections[0].title]
        assert ["hours"] == agency.loads.calls
        assert (None, before) == (preview.problem, agency.everything())

    def test_staff_are_told_why_a_link_is_dead(self, agency: Agency) -> None:
        """The preview of a dead link still shows it, with the reason."""
        link = agency.link()
        agency.kit.people.deactivate(agency.maria, by=agency.root)

        assert "creator-may-not-share" == agency.kit.links.preview(link).problem
        assert "creator-may-not-share" == agency.kit.links.problem(link.id)
        assert LinkState.ACTIVE == agency.kit.links.get(link.id).state


class TestTenants:
    def test_another_tenants_link_is_unknown(self, agency: Agency) -> None:
        """Ids, records, tokens and tickets of one tenant are nothing in another."""
        other = agency.kit.for_tenant("other")
        link = agency.link(max_uses=3)
        token = agency.kit.links.token(link)
        ticket = agency.kit.links.redeem(token).ticket
        assert ticket is not None

        attempts: list[Callable[[], object]] = [lambda: other.links.open(token), lambda: other.links.view(ticket)]
        for attempt in attempts:
            with pytest.raises(errors.LinkUnavailableError):
                attempt()
        unknowns: list[Callable[[], object]] = [
            lambda: other.links.get(link.id),
            lambda: other.links.get(link),
            lambda: other.links.token(link),
            lambda: other.links.revoke(link.id, by=agency.maria),
            lambda: other.links.preview(link.id),
            lambda: other.catalog.get(agency.relaunch),
        ]
        for unknown in unknowns:
            with pytest.raises(errors.NotFoundError):
                unknown()
        assert [] == other.links.of(agency.relaunch)

    def test_the_tenant_of_a_token_is_told_to_the_host(self, agency: Agency) -> None:
        """A genuine token names its tenant, anything else none."""
        token = agency.token()

        assert agency.kit.tenant == agency.kit.for_tenant("other").links.tenant_of(token)
        assert agency.kit.links.tenant_of(token[:-1]) is None


class TestNews:
    def test_signals_come_after_the_commit(self, agency: Agency) -> None:
        """A receiver sees what was committed, and its failure harms nobody."""
        seen: list[LinkCreated] = []

        def reads(event: LinkCreated) -> None:
            agency.kit.links.get(event.link)
            seen.append(event)

        def fails(event: LinkCreated) -> None:
            raise RuntimeError

        with signals.link_created.connected(fails), signals.link_created.connected(reads):
            link = agency.link()

        assert [(link.id, agency.kit.tenant, agency.maria)] == [(e.link, e.tenant, e.by) for e in seen]

    def test_a_refused_verb_sends_nothing(self, agency: Agency) -> None:
        """What was rolled back is no news."""
        seen: list[LinkRevoked] = []
        link = agency.link()

        with signals.link_revoked.connected(seen.append), pytest.raises(errors.NotAllowedError):
            agency.kit.links.revoke(link, by=agency.ben)

        assert [] == seen

    def test_fetching_and_refusing_are_told(self, agency: Agency) -> None:
        """The host can log what happened to a link, with the reason that the client is not told."""
        fetched: list[LinkFetched] = []
        refused: list[LinkRefused] = []
        link = agency.link()
        token = agency.kit.links.token(link)

        with signals.link_fetched.connected(fetched.append), signals.link_refused.connected(refused.append):
            agency.kit.links.open(token)
            agency.kit.links.revoke(link, by=agency.maria)
            with pytest.raises(errors.LinkUnavailableError):
                agency.kit.links.open(token)

        assert ([link.id], ["revoked"]) == ([event.link for event in fetched], [event.reason for event in refused])

    def test_every_change_is_in_the_audit_trail(self, agency: Agency) -> None:
        """Who did what, when, to what; in order, by page, and without secrets."""
        link = agency.link(password="open sesame")
        agency.kit.links.update(link, by=agency.maria, sections=set())
        agency.kit.links.revoke(link, by=agency.maria)

        entries = agency.kit.audit.entries(ref=agency.relaunch)

        assert ["resource-put", "link-created", "link-updated", "link-revoked"] == [entry.action for entry in entries]
        assert {("staff:maria", agency.clock.now())} == {(entry.actor, entry.at) for entry in entries}
        assert entries[2:] == agency.kit.audit.entries(ref=agency.relaunch, after=entries[1].id)
        text = repr(entries)
        assert "sesame" not in text
        assert agency.kit.links.token(link) not in text


class TestBadInput:
    @pytest.mark.parametrize(
        ("options", "field"),
        [
            ({"expires_at": datetime(2030, 1, 1)}, "expires_at"),  # noqa: DTZ001  # naive on purpose
            ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expires_at"),
            ({"expires_at": "2030-01-01"}, "expires_at"),
            ({"sections": {"nothing"}}, "sections"),
            ({"sections": "progress"}, "sections"),
            ({"sections": {1}}, "sections"),
            ({"max_uses": 0}, "max_uses"),
            ({"max_uses": -1}, "max_uses"),
            ({"max_uses": True}, "max_uses"),
            ({"max_uses": 1.5}, "max_uses"),
            ({"client_title": ""}, "client_title"),
            ({"client_title": "  "}, "client_title"),
            ({"client_title": "a\0b"}, "client_title"),
            ({"client_title": "x" * 10_000}, "client_title"),
            ({"accept_internal_title": "yes"}, "accept_internal_title"),
            ({"password": ""}, "password"),
            ({"password": "x" * 10_000}, "password"),
            ({"recipient": "ana"}, "recipient"),
        ],
    )
    def test_a_refused_option_refuses_the_whole(self, agency: Agency, options: dict[str, object], field: str) -> None:
        """Each bad option is named, and nothing is written."""
        before = agency.everything()

        with pytest.raises(errors.InvalidInputError) as refused:
            agency.link(**options)

        assert field == refused.value.field
        assert before == agency.everything()

    @pytest.mark.parametrize("bad", ["", " ", "a\0b", "a/b", "a\\b", "../x", " a", "x" * 10_000, "a\nb", 7, None])
    def test_bad_ids_are_refused_where_they_are_made(self, bad: str) -> None:
        """A reference cannot be made of an id that no host should have."""
        with pytest.raises(errors.InvalidInputError) as refused:
            ResourceRef("project", bad)
        assert "id" == refused.value.field

    def test_unknown_kinds_and_resources(self, agency: Agency) -> None:
        """A kind that was not declared, and a thing that is not in the catalog, are told apart for staff."""
        with pytest.raises(errors.InvalidInputError) as refused:
            agency.kit.links.create(ResourceRef("invoice", "1"), by=agency.maria, sections=set())
        assert "kind" == refused.value.field
        with pytest.raises(errors.NotFoundError):
            agency.kit.links.create(ResourceRef("project", "none"), by=agency.maria, sections=set())


class TestStart:
    @pytest.mark.parametrize("keys", [[], [""], ["short"], ["change-me" * 8], "x" * 40, [b" " * 40], [7], None])
    def test_a_bad_key_refuses_to_start(self, keys: list[str]) -> None:
        """No key, a short key or a placeholder is a configuration error (R-TOK-3)."""
        with pytest.raises(errors.WeakSecretKeyError):
            Sharekit(records=MemoryRecordStore(), secret_keys=keys, kinds=[])

    def test_keys_rotate(self) -> None:
        """Old tokens open while their key is listed, new ones are signed by the newest."""
        records, new_key = MemoryRecordStore(), b"fedcba9876543210fedcba9876543210"
        old = kit(records=records, secret_keys=[KEY])
        ref = ResourceRef("project", "1")
        old.catalog.put(ref, title="x", client_title="y", by=Staff("m"))
        link = old.links.create(ref, by=Staff("m"), sections=set())
        both = kit(records=records, secret_keys=[KEY, new_key])
        only_new = kit(records=records, secret_keys=[new_key])

        assert opens(both, old.links.token(link))
        assert opens(only_new, both.links.token(link))
        with pytest.raises(errors.LinkUnavailableError):
            only_new.links.open(old.links.token(link))
