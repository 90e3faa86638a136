"""
Making a link again that may have been made already: a retry finds the first one (R-BLOB-8).
"""

from collections.abc import Set as AbstractSet

from sharekit.codec.kinds import READ_LINK
from sharekit.errors import KeyReusedError
from sharekit.features._documents import Once
from sharekit.features._unit import Unit, Wiring
from sharekit.passwords import verify_password
from sharekit.records.catalog import ResourceRef
from sharekit.records.links import ReadLink
from sharekit.records.parties import Principal

__all__ = ["check_retry", "made_before", "retry_of"]


def retry_of(
    by: Principal, key: str | None, ref: ResourceRef, sections: AbstractSet[str], asked: tuple[object, ...]
) -> Once:
    """Return the idempotency key with everything that a link is made with, but for the password."""
    return Once.checked("link", by, key).of(ref.key, *sorted(sections), *map(str, asked))


def check_retry(wiring: Wiring, once: Once, password: str | None) -> None:
    """
    Refuse the key of a link that was made with another password.

    What is kept with a key has no trace of a password, which a quick digest would give away; so the link
    itself is asked, and outside of a transaction, since that takes a while.
    """
    if once.id is None or password is None:
        return
    with wiring.reading() as unit:
        earlier = made_before(unit, once)
    hashed = None if earlier is None else earlier.password_hash
    if hashed is not None and not verify_password(password, hashed):
        raise KeyReusedError


def made_before(unit: Unit, once: Once) -> ReadLink | None:
    """Return the link that was made with the same key, as it is now."""
    earlier = once.earlier(unit)
    return None if earlier is None else unit.get(READ_LINK, earlier)
