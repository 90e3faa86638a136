"""
Sealed tokens: a purpose, a tenant, an id and a generation under the kit's secret key.

A token grants nothing by itself. It names a row, and the row is read each time (R-TOK-5). The
signature is HMAC-SHA256 with a key of its own for each purpose, and only the one canonical
spelling of a token is accepted (R-TOK-4). Neither the store, which holds the id, nor the key,
which holds no id, yields a token alone (R-TOK-2).
"""

import base64
import binascii
import enum
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence

import attrs
from itsdangerous import Signer
from itsdangerous.signer import SigningAlgorithm

from sharekit.errors import InvalidInputError, InvalidTokenError, WeakSecretKeyError
from sharekit.ids import TenantId, deterministic_id
from sharekit.records.drafts import directly
from sharekit.records.several import SeveralInOrder

__all__ = ["Claims", "Purpose", "Seals"]

_MIN_KEY_BYTES = 32
_MAX_TOKEN = 512
_MAX_TEXT_TOKEN = 4096
_PLACEHOLDER = re.compile(rb"change[-_ ]?me|replace[-_ ]?me|place[-_ ]?holder|your[-_ ]?secret", re.IGNORECASE)

_TOKEN = re.compile(
    r"(([a-z-]{1,32})\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{22,64})\.(0|[1-9][0-9]{0,9})"
    r"((?:\.(?:0|[1-9][0-9]{0,15})){0,4}))\.([A-Za-z0-9_-]{43})",
    re.ASCII,
)
_REPLY_CODE = re.compile(r"([a-z2-7]{26})([a-z2-7]{16})", re.ASCII)
_REPLY_MAC = 10  # bytes; a local part has 64 octets for everything
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_SIGNATURE = 43  # characters of a 32-byte signature in base64 without padding


class Purpose(enum.StrEnum):
    """What a token is for; a token of one purpose is nothing to another."""

    LINK = "link"
    """The address of a read link."""
    LINK_SESSION = "link-session"
    """One visit to a read link that had to be redeemed."""
    CURSOR = "cursor"
    """A place in a list."""
    INVITATION = "invitation"
    """The address by which a contact enters the portal, once."""
    PORTAL_SESSION = "portal-session"
    """What a contact who entered the portal shows with each request."""
    REPLY = "reply"
    """The code in an address to which somebody replies by mail."""
    UPLOAD = "upload"
    """The address of one contact's upload page; it lets files in, and none out."""
    RECEIPT = "receipt"
    """What says that a file came; it lets nobody in anywhere."""
    UNSUBSCRIBE = "unsubscribe"
    """The address that ends letters of a kind by one click; it shows nothing."""
    SUBSCRIBE = "subscribe"
    """The address by which whoever reads the mail has letters come again; it works for some days, and once."""
    WEBHOOK = "webhook"
    """What a webhook's secret is made of; no token of it is ever given out."""
    AUDIT = "audit"
    """The chain of seals of the audit trail; no token of it is ever given out."""


@attrs.frozen
class Claims:
    """
    What a genuine token says.

    Attributes:
        tenant: Whose record it names.
        id: The random id of the record.
        generation: The generation of the record that it was made for.
        extra: Further whole numbers that the purpose defines.
    """

    tenant: TenantId
    id: str
    generation: int
    extra: tuple[int, ...] = ()


_claims = directly(Claims)


class _KeyedHmac(SigningAlgorithm):
    """
    HMAC-SHA256 (RFC 2104) that takes in its one key once, and not at every signature.

    `hmac.HMAC` can be copied too, but takes twice as long.
    """

    def __init__(self, key: bytes) -> None:
        block = key.ljust(hashlib.sha256().block_size, b"\0")  # it is a derived one, and shorter than a block
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def get_signature(self, key: bytes, value: bytes) -> bytes:  # noqa: ARG002  # there is only the one
        inner = self._inner.copy()
        inner.update(value)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()


class _PurposeSigner(Signer):
    """A signer with one key for one purpose, which is derived once; deriving is half the cost of a check."""

    def __init__(self, secret_key: bytes, purpose: Purpose) -> None:
        super().__init__(secret_key, salt=f"sharekit.{purpose}.v1", key_derivation="hmac", digest_method=hashlib.sha256)
        self._derived = super().derive_key()
        self.algorithm = _KeyedHmac(self._derived)

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:  # noqa: ARG002  # there is only the one
        return self._derived

    def mac(self, value: str) -> bytes:
        """Return the 32 bytes of the signature of a value."""
        return self.algorithm.get_signature(self._derived, value.encode("ascii"))

    def signed(self, value: str, signature: str) -> bool:
        """Say whether this is the signature's one canonical spelling; other spellings decode to the same bytes."""
        mac = self.algorithm.get_signature(self._derived, value.encode("ascii"))
        return hmac.compare_digest(_spelled(mac), signature)


def _spelled(mac: bytes) -> str:
    """Return a signature as it stands in a token: in the URL-safe base64 alphabet, without padding."""
    return binascii.b2a_base64(mac, newline=False).translate(_URL_SAFE)[:_SIGNATURE].decode("ascii")


class Seals:
    """
    Makes and checks tokens.

    Args:
        secret_keys: At least one key of at least 32 bytes, oldest first. The last one seals; all of
            them are good for checking, so a key is rotated by adding the next one, and retired by
            leaving it out.

    Raises:
        WeakSecretKeyError: There is no key, or one is short or a placeholder.
    """

    def __init__(self, secret_keys: SeveralInOrder[str | bytes]) -> None:
        keys = _checked(secret_keys)
        newest_first = [*reversed(keys)]
        self._signers = {purpose: [_PurposeSigner(key, purpose) for key in newest_first] for purpose in Purpose}

    def seal(self, purpose: Purpose, claims: Claims) -> str:
        """Return the token that says *claims* for *purpose*; the same each time while the key is the newest."""
        fields = (purpose, claims.tenant, claims.id, str(claims.generation), *map(str, claims.extra))
        return self._signers[purpose][0].sign(".".join(fields)).decode("ascii")

    def unseal(self, purpose: Purpose, token: object) -> Claims:
        """
        Return what a genuine token says.

        Raises:
            InvalidTokenError: It is not text, not canonical, not signed by one of the keys, or for
                another purpose.
        """
        if not isinstance(token, str) or len(token) > _MAX_TOKEN:
            raise InvalidTokenError
        found = _TOKEN.fullmatch(token)
        if found is None:
            raise InvalidTokenError
        value, named, tenant, id_, generation, extra, signature = found.groups()
        for signer in self._signers[purpose]:
            if signer.signed(value, signature):
                break
        else:
            raise InvalidTokenError
        if named != purpose:
            raise InvalidTokenError
        numbers = tuple(map(int, extra[1:].split("."))) if extra else ()
        return _claims(TenantId(tenant), id_, int(generation), numbers)

    def derive(self, purpose: Purpose, *parts: str) -> tuple[bytes, ...]:
        """
        Return 32 bytes that nobody knows without the key, for the same parts the same: one for each key, newest first.

        Args:
            purpose: What they are for.
            parts: Any texts; those of one purpose are told apart by them.
        """
        value = deterministic_id(*parts)
        return tuple(signer.mac(f"{purpose}:{value}") for signer in self._signers[purpose])

    def seal_text(self, purpose: Purpose, text: str) -> str:
        """Return a token that holds a text, which can be read by everybody and changed by nobody."""
        coded = base64.urlsafe_b64encode(text.encode("utf-8")).decode("ascii").rstrip("=")
        return self._signers[purpose][0].sign(f"{purpose}.{coded}").decode("ascii")

    def seal_reply(self, tenant: TenantId, id: str) -> str:
        """
        Return the code that stands in an address to reply to: 42 characters that survive a change of case.

        Such an address is never made anew for the same id, so its generation is always 1.

        Args:
            tenant: Whose record it names.
            id: What `sharekit.ids.reply_id` gave.

        Raises:
            InvalidInputError: The id is of another kind.
        """
        if not _is_reply_id(id):
            raise InvalidInputError("id", "needs an id of reply_id()")
        return id + self._reply_mac(self._signers[Purpose.REPLY][0], tenant, id)

    def unseal_reply(self, code: object, *, among: Iterable[TenantId]) -> Claims:
        """
        Return what a genuine reply code says, whatever the case of its letters.

        The code has no room for the tenant, which is inside the signature all the same.

        Args:
            code: 42 characters.
            among: The tenants it can be of, usually the one to which the address belongs.

        Raises:
            InvalidTokenError: It is no such code, or of none of these tenants.
        """
        found = _REPLY_CODE.fullmatch(code.lower()) if isinstance(code, str) and code.isascii() else None
        if found is None or not _is_reply_id(found[1]):
            raise InvalidTokenError
        for tenant in among:
            for signer in self._signers[Purpose.REPLY]:
                if hmac.compare_digest(self._reply_mac(signer, tenant, found[1]), found[2]):
                    return Claims(tenant, found[1], 1)
        raise InvalidTokenError

    @staticmethod
    def _reply_mac(signer: "_PurposeSigner", tenant: TenantId, id_: str) -> str:
        mac = signer.mac(f"{Purpose.REPLY}.{tenant}.{id_}.1")[:_REPLY_MAC]
        return base64.b32encode(mac).decode("ascii").lower()

    def unseal_text(self, purpose: Purpose, token: object) -> str:
        """
        Return the text that a genuine token holds.

        Raises:
            InvalidTokenError: As for `unseal`.
        """
        if not isinstance(token, str) or len(token) > _MAX_TEXT_TOKEN or not token.isascii():
            raise InvalidTokenError
        value, signature = token[: -_SIGNATURE - 1], token[-_SIGNATURE:]
        if token[len(value) : -_SIGNATURE] != "." or not any(
            signer.signed(value, signature) for signer in self._signers[purpose]
        ):
            raise InvalidTokenError
        coded = value.removeprefix(f"{purpose}.")
        return base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-8")


def _is_reply_id(id_: str) -> bool:
    """Say whether an id is 16 bytes in the one canonical spelling of lower-case base32."""
    if len(id_) != 26 or not _REPLY_CODE.fullmatch(id_ + "a" * 16):
        return False
    return base64.b32encode(base64.b32decode(f"{id_.upper()}======")).decode("ascii").rstrip("=").lower() == id_


def _checked(secret_keys: object) -> list[bytes]:
    if isinstance(secret_keys, str | bytes) or not isinstance(secret_keys, Sequence):
        raise WeakSecretKeyError("needs a list of keys, oldest first")
    if not secret_keys:
        raise WeakSecretKeyError("needs at least one key; make one with secrets.token_bytes(32)")
    return [_checked_key(key) for key in secret_keys]


def _checked_key(given: object) -> bytes:
    key = given.encode() if isinstance(given, str) else given
    if not isinstance(key, bytes):
        raise WeakSecretKeyError("needs keys that are str or bytes")
    if len(key) < _MIN_KEY_BYTES:
        raise WeakSecretKeyError(f"needs keys of at least {_MIN_KEY_BYTES} bytes; one has {len(key)}")
    if not key.strip() or _PLACEHOLDER.search(key):
        raise WeakSecretKeyError("one key is a placeholder; make a real one with secrets.token_bytes(32)")
    return key
