from datetime import timedelta

import pytest

from sharekit import LinkState, errors
from tests.features.conftest import Agency


class TestCounting:
    def test_open_refuses_a_link_that_counts(self, agency: Agency) -> None:
        """Such a link wants redeem, and nothing is loaded."""
        token = agency.token(max_uses=2)

        with pytest.raises(errors.RedeemRequired) as refused:
            agency.kit.links.open(token)

        assert (False, True) == (refused.value.password, refused.value.counted)
        assert [] == agency.loads.calls

    def test_each_redeeming_counts_until_none_is_left(self, agency: Agency) -> None:
        """Two uses mean two; the third is refused, and staff see an exhausted link."""
        link = agency.link(max_uses=2)
        token = agency.kit.links.token(link)

        for _ in range(2):
            assert agency.kit.links.redeem(token).sections
        with pytest.raises(errors.LinkUnavailableError) as refused:
            agency.kit.links.redeem(token)

        found = agency.kit.links.get(link.id)
        assert (2, 2, LinkState.EXHAUSTED) == (found.uses, found.views, found.state)
        assert not refused.value.expired

    def test_a_use_is_counted_before_anything_is_loaded(self, agency: Agency) -> None:
        """A loader finds the use counted."""
        link = agency.link(max_uses=1)
        uses: list[int] = []
        loads = agency.loads.progress

        from sharekit import ResourceKind, ResourceRef, Section, Sharekit

        def progress(ref: ResourceRef) -> object:
            uses.append(agency.kit.links.get(link.id).uses)
            return loads(ref)

        own = Sharekit(
            records=agency.records,
            secret_keys=["0123456789abcdef0123456789abcdef"],
            kinds=[ResourceKind("project", title="P", sections={"progress": Section("P", load=progress)})],
            clock=agency.clock,
        )
        own.links.redeem(own.links.token(link))

        assert [1] == uses

    def test_an_ordinary_link_may_be_redeemed_too(self, agency: Agency) -> None:
        """It counts as a view and gives a ticket."""
        link = agency.link()

        view = agency.kit.links.redeem(agency.kit.links.token(link))

        assert view.ticket is not None
        assert (1, 1) == (agency.kit.links.get(link.id).uses, agency.kit.links.get(link.id).views)


class TestVisits:
    def ticket(self, agency: Agency, token: str, password: str | None = None) -> str:
        """Redeem a link and return the ticket."""
        ticket = agency.kit.links.redeem(token, password).ticket
        assert ticket is not None
        return ticket

    def test_a_visit_goes_on_without_counting(self, agency: Agency) -> None:
        """A ticket shows the page again, also when the uses are used up."""
        link = agency.link(max_uses=1)
        ticket = self.ticket(agency, agency.kit.links.token(link))

        for _ in range(3):
            assert agency.kit.links.view(ticket).sections

        assert 1 == agency.kit.links.get(link.id).uses

    def test_a_visit_ends_after_half_an_hour_of_silence(self, agency: Agency) -> None:
        """Each view renews the ticket; silence ends it."""
        ticket = self.ticket(agency, agency.token(max_uses=1))

        for _ in range(3):
            agency.clock.advance(timedelta(minutes=29))
            renewed = agency.kit.links.view(ticket).ticket
            assert renewed is not None
            ticket = renewed
        agency.clock.advance(timedelta(minutes=30))

        with pytest.raises(errors.VisitEndedError):
            agency.kit.links.view(ticket)

    def test_a_visit_dies_with_its_link(self, agency: Agency) -> None:
        """Revoking and expiry end the visit at its next view."""
        revoked, expiring = agency.link(max_uses=1), agency.link(max_uses=1)
        tickets = [self.ticket(agency, agency.kit.links.token(link)) for link in (revoked, expiring)]

        agency.kit.links.revoke(revoked, by=agency.maria)
        agency.kit.links.update(expiring, by=agency.maria, expires_at=agency.clock.now() + timedelta(minutes=1))
        agency.clock.advance(timedelta(minutes=1))

        for ticket in tickets:
            with pytest.raises(errors.LinkUnavailableError):
                agency.kit.links.view(ticket)

    @pytest.mark.parametrize("new", ["another one", None])
    def test_changing_the_password_ends_every_visit(self, agency: Agency, new: str | None) -> None:
        """A new password, and none any more, end what the old one began."""
        link = agency.link(password="open sesame")
        ticket = self.ticket(agency, agency.kit.links.token(link), "open sesame")

        agency.kit.links.update(link, by=agency.maria, password=new)

        with pytest.raises(errors.VisitEndedError):
            agency.kit.links.view(ticket)

    def test_a_ticket_is_no_link_and_a_link_no_ticket(self, agency: Agency) -> None:
        """Tokens of one purpose are nothing for another."""
        token = agency.token(max_uses=1)
        ticket = self.ticket(agency, token)

        for attempt in (
            lambda: agency.kit.links.open(ticket),
            lambda: agency.kit.links.redeem(ticket),
            lambda: agency.kit.links.record_view(ticket),
            lambda: agency.kit.links.view(token),
        ):
            with pytest.raises(errors.LinkUnavailableError):
                attempt()


class TestPasswords:
    def test_only_the_password_lets_in(self, agency: Agency) -> None:
        """A wrong or missing one is refused without counting a use."""
        link = agency.link(password="open sesame", max_uses=1)
        token = agency.kit.links.token(link)

        with pytest.raises(errors.RedeemRequired) as asked:
            agency.kit.links.open(token)
        for wrong in (None, "", "Open sesame", "open sesame ", "x" * 5000):
            with pytest.raises(errors.WrongPasswordError):
                agency.kit.links.redeem(token, wrong)

        assert asked.value.password
        assert 0 == agency.kit.links.get(link.id).uses
        assert agency.kit.links.redeem(token, "open sesame").sections

    def test_guessing_is_slowed_down(self, agency: Agency) -> None:
        """After ten wrong passwords in an hour even the right one has to wait."""
        token = agency.token(password="open sesame")
        other = agency.token(password="open sesame")

        for guess in range(10):
            with pytest.raises(errors.WrongPasswordError):
                agency.kit.links.redeem(token, f"guess {guess}")
        with pytest.raises(errors.TooManyAttemptsError) as refused:
            agency.kit.links.redeem(token, "open sesame")

        assert 0 < refused.value.retry_after <= 3600
        assert agency.kit.links.redeem(other, "open sesame").ticket

    def test_right_passwords_are_not_counted_as_guesses(self, agency: Agency) -> None:
        """Twelve people with the password all get in."""
        token = agency.token(password="open sesame")

        for _ in range(12):
            assert agency.kit.links.redeem(token, "open sesame").ticket

    def test_the_password_is_stored_nowhere(self, agency: Agency) -> None:
        """Neither rows nor reprs hold it."""
        link = agency.link(password="open sesame")

        assert "sesame" not in repr(agency.everything())
        assert "scrypt" not in repr(link)
