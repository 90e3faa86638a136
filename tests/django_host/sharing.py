"""What the host shares."""

from sharekit import ResourceKind, ResourceRef, Section


def _summary(ref: ResourceRef) -> dict[str, str]:
    return {"matter": ref.id}


MATTER = ResourceKind("matter", title="Matter", sections={"summary": Section("Summary", load=_summary)})
KINDS = [MATTER]
KEYS = ["a key of the tests, long enough to sign with 01"]


def make_kinds() -> list[ResourceKind]:
    """Make the kinds when they are needed."""
    return KINDS
