"""What the firm shares: cases, with sections of their own data."""

from typing import TypedDict

from sharekit import ResourceKind, ResourceRef, Section, SectionContext


class Hearing(TypedDict):
    """A day in court."""

    day: str
    court: str


HEARINGS: dict[str, list[Hearing]] = {"7": [{"day": "2026-03-02", "court": "Zaragoza"}]}


def hearings_of(ref: ResourceRef) -> list[Hearing]:
    """Load by the reference alone."""
    return HEARINGS.get(ref.id, [])


def letters_of(ref: ResourceRef, context: SectionContext) -> str:
    """Load by the reference and what is known of the reader."""
    return f"{ref.id} of {context.tenant} in {context.locale or 'en'}, read by {context.principal.key}"


class Fees:
    """A loader that holds something."""

    def __init__(self, rate: int) -> None:
        self._rate = rate

    def load(self, ref: ResourceRef) -> int:
        """Load as a bound method."""
        return self._rate * len(ref.id)


CASE = ResourceKind(
    "case",
    title="Case",
    titles={"de": "Fall"},
    sections={
        "hearings": Section("Hearings", load=hearings_of, titles={"de": "Termine"}),
        "letters": Section("Letters", load=letters_of),
        "fees": Section("Fees", load=Fees(120).load),
        "status": Section("Status", load=lambda ref: f"case {ref.id} is open"),
    },
)
