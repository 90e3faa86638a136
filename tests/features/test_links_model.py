"""The life of a link against an independent model of when it opens."""

from datetime import datetime, timedelta
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from sharekit import ReadLink, ResourceRef, Staff, System, Visibility, errors
from sharekit.testing import FrozenClock, kit

MARIA, BEN, ROOT = Staff("maria"), Staff("ben"), System("root")
REFS = [ResourceRef("project", name) for name in ("folder", "inside", "apart")]
SECTIONS = ["progress", "hours", "notes"]


@attrs.define
class Model:
    """What should be true of one link, written down without looking at the library."""

    link: ReadLink
    ref: ResourceRef
    life: int
    sections: set[str]
    ends: datetime | None
    uses_left: int | None
    revoked: bool = False


class LinkLives(RuleBasedStateMachine):
    """Staff and clients do anything in any order."""

    links = Bundle("links")

    @initialize()
    def begin(self) -> None:
        """Start with three things of Maria's."""
        self.clock = FrozenClock()
        self.kit = kit(clock=self.clock)
        self.models: list[Model] = []
        self.life = dict.fromkeys(REFS, 1)
        self.lies_in_life = 1  # which life of the folder the thing inside was put into
        self.removed: set[ResourceRef] = set()
        self.internal: set[ResourceRef] = set()
        self.owner = dict.fromkeys(REFS, MARIA)
        for ref in REFS:
            self.kit.catalog.put(
                ref, title="in", client_title="out", by=MARIA, container=REFS[0] if ref == REFS[1] else None
            )

    def opens(self, model: Model) -> bool:
        """Say whether a link should open now."""
        above = [model.ref, REFS[0]] if model.ref == REFS[1] else [model.ref]
        return not (
            model.revoked
            or model.life != self.life[model.ref]
            or (model.ref == REFS[1] and self.lies_in_life != self.life[REFS[0]])
            or any(ref in self.removed or ref in self.internal for ref in above)
            or not any(self.owner[ref] == MARIA for ref in above)
            or (model.ends is not None and self.clock.now() >= model.ends)
            or model.uses_left == 0
        )

    @rule(
        target=links,
        ref=st.sampled_from(REFS),
        sections=st.sets(st.sampled_from(SECTIONS)),
        days=st.none() | st.integers(1, 3),
        uses=st.none() | st.integers(1, 2),
    )
    def create(self, ref: ResourceRef, sections: set[str], days: int | None, uses: int | None) -> Model | None:
        """Make a link where that is allowed."""
        ends = None if days is None else self.clock.now() + timedelta(days=days)
        try:
            link = self.kit.links.create(ref, by=MARIA, sections=sections, expires_at=ends, max_uses=uses)
        except (errors.NotAllowedError, errors.NotFoundError):
            nothing: Any = None
            probe = Model(nothing, ref, self.life[ref], sections, ends, uses)
            assert not self.opens(probe)
            return None
        model = Model(link, ref, self.life[ref], sections, ends, uses)
        assert self.opens(model)
        self.models.append(model)
        return model

    @rule(model=links)
    def revoke(self, model: Model | None) -> None:
        """Take a link back."""
        if model is not None:
            self.kit.links.revoke(model.link.id, by=MARIA)
            model.revoked = True

    @rule(model=links, added=st.sets(st.sampled_from(SECTIONS)), kept=st.sets(st.sampled_from(SECTIONS)))
    def change_sections(self, model: Model | None, added: set[str], kept: set[str]) -> None:
        """Narrow and widen."""
        if model is None:
            return
        try:
            self.kit.links.update(model.link.id, by=MARIA, sections=kept, add_sections=added)
        except errors.WideningError:
            assert not kept <= model.sections | added
        except (errors.NotAllowedError, errors.NotFoundError, errors.InvalidInputError):
            pass
        else:
            assert kept <= model.sections | added
            model.sections = kept | added

    @rule(days=st.integers(0, 2))
    def time_goes_by(self, days: int) -> None:
        """Let days go by."""
        self.clock.advance(timedelta(days=days, microseconds=1))

    @rule(ref=st.sampled_from(REFS), visibility=st.sampled_from(list(Visibility)))
    def show_or_hide(self, ref: ResourceRef, visibility: Visibility) -> None:
        """Change what clients may ever see."""
        if ref in self.removed:
            return
        self.kit.catalog.put(ref, title="in", visibility=visibility, by=ROOT)
        (self.internal.add if visibility is Visibility.INTERNAL else self.internal.discard)(ref)
        if visibility is Visibility.INTERNAL:
            self.end_links(ref)

    def end_links(self, ref: ResourceRef) -> None:
        """Note that the links to a thing, and to what lies in it, are dead for good."""
        for model in self.models:
            model.revoked |= model.ref == ref or (model.ref, ref) == (REFS[1], REFS[0])

    @rule(ref=st.sampled_from(REFS), owner=st.sampled_from([MARIA, BEN]))
    def hand_over(self, ref: ResourceRef, owner: Staff) -> None:
        """Change the owner."""
        if ref in self.removed:
            return
        self.kit.catalog.put(ref, title="in", owner=owner, by=ROOT)
        self.owner[ref] = owner

    @rule(ref=st.sampled_from(REFS))
    def remove(self, ref: ResourceRef) -> None:
        """Take a thing out of the catalog."""
        self.kit.catalog.remove(ref, by=ROOT)
        self.removed.add(ref)

    @rule(ref=st.sampled_from(REFS))
    def put_again(self, ref: ResourceRef) -> None:
        """Enter a removed thing anew."""
        if ref not in self.removed or (ref == REFS[1] and REFS[0] in self.removed):
            return
        container = REFS[0] if ref == REFS[1] else None
        self.kit.catalog.put(ref, title="in", client_title="out", owner=MARIA, container=container, by=ROOT)
        self.removed.discard(ref)
        self.internal.discard(ref)
        self.owner[ref] = MARIA
        self.life[ref] += 1
        if ref == REFS[1]:
            self.lies_in_life = self.life[REFS[0]]

    @rule(model=links)
    def redeem(self, model: Model | None) -> None:
        """Use a link once."""
        if model is None:
            return
        expected = self.opens(model)
        try:
            view = self.kit.links.redeem(self.kit.links.token(model.link))
        except errors.LinkUnavailableError:
            assert not expected
            return
        assert expected
        assert model.sections == set(view.sections)
        if model.uses_left is not None:
            model.uses_left -= 1

    @invariant()
    def every_link_opens_exactly_when_it_should(self) -> None:
        """Opening and the model agree on every link."""
        for model in self.models:
            expected: object = sorted(model.sections) if self.opens(model) else None
            try:
                view = self.kit.links.open(self.kit.links.token(model.link))
            except errors.LinkUnavailableError:
                assert expected is None
            except errors.RedeemRequired:
                assert expected is not None
                assert model.uses_left
            else:
                assert expected == sorted(view.sections)


TestLinkLives = LinkLives.TestCase
