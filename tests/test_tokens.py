import base64
import hmac
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.errors import InvalidInputError, InvalidTokenError
from sharekit.ids import TenantId, random_id, reply_id
from sharekit.tokens import Claims, Purpose, Seals

KEY = b"0123456789abcdef0123456789abcdef"
ALPHABET = string.ascii_letters + string.digits + "-_"
SEALS = Seals([KEY])

tenants = st.text(ALPHABET, min_size=1, max_size=64).map(TenantId)
claims = st.builds(
    Claims,
    tenants,
    st.text(ALPHABET, min_size=22, max_size=64),
    st.integers(0, 9_999_999_999),
    st.lists(st.integers(0, 9_999_999_999_999_999), max_size=4).map(tuple),
)


@given(claims, st.sampled_from(list(Purpose)))
def test_what_is_sealed_can_be_unsealed(said: Claims, purpose: Purpose) -> None:
    """A token says what was sealed, and is sealed the same each time."""
    token = SEALS.seal(purpose, said)

    assert said == SEALS.unseal(purpose, token)
    assert token == SEALS.seal(purpose, said)


@given(st.binary(min_size=32, max_size=200), claims, st.sampled_from(list(Purpose)))
def test_the_signature_is_hmac_sha256_with_a_key_for_the_purpose(key: bytes, said: Claims, purpose: Purpose) -> None:
    """It is what Python's own HMAC makes of the rest, with a key that its HMAC makes of the purpose."""
    value, _, signature = Seals([b"." + key]).seal(purpose, said).rpartition(".")

    derived = hmac.digest(b"." + key, f"sharekit.{purpose}.v1".encode(), "sha256")
    wanted = hmac.digest(derived, value.encode(), "sha256")
    assert base64.urlsafe_b64encode(wanted).decode().rstrip("=") == signature


@given(claims)
def test_only_the_diagonal_loads(said: Claims) -> None:
    """A token of one purpose is nothing for another (R-TOK-4)."""
    for made in Purpose:
        for wanted in set(Purpose) - {made}:
            with pytest.raises(InvalidTokenError):
                SEALS.unseal(wanted, SEALS.seal(made, said))


@given(claims, st.data())
def test_any_change_of_one_character_is_refused(said: Claims, data: st.DataObject) -> None:
    """No other spelling of a token is accepted, the last character included."""
    token = SEALS.seal(Purpose.LINK, said)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from([char for char in ALPHABET + ".=+/ \n\0" if char != token[place]]))

    with pytest.raises(InvalidTokenError):
        SEALS.unseal(Purpose.LINK, token[:place] + other + token[place + 1 :])


def test_of_the_four_spellings_of_the_last_character_one_is_accepted() -> None:
    """The signature's last character has spare bits; only the canonical one counts."""
    token = SEALS.seal(Purpose.LINK, Claims(TenantId("default"), random_id(), 1))
    signature = base64.urlsafe_b64decode(token[-43:] + "=")

    same = [token[:-1] + char for char in ALPHABET if base64.urlsafe_b64decode(token[-43:-1] + char + "=") == signature]

    assert 4 == len(same)
    accepted = []
    for spelling in [*same, token + "="]:
        try:
            SEALS.unseal(Purpose.LINK, spelling)
        except InvalidTokenError:
            continue
        accepted.append(spelling)
    assert [token] == accepted


@given(st.text(max_size=200) | st.binary() | st.none() | st.integers())
def test_other_things_are_refused(thing: object) -> None:
    """Anything that is no token is refused with the one error."""
    with pytest.raises(InvalidTokenError):
        SEALS.unseal(Purpose.LINK, thing)


@given(claims, st.integers(0, 300))
def test_a_truncated_token_is_refused(said: Claims, length: int) -> None:
    """A part of a token opens nothing."""
    token = SEALS.seal(Purpose.LINK, said)

    with pytest.raises(InvalidTokenError):
        SEALS.unseal(Purpose.LINK, token[: min(length, len(token) - 1)])


def test_the_key_without_the_id_forges_nothing_that_exists() -> None:
    """Whoever has the key still has to guess 168 bits (R-TOK-2)."""
    real = random_id()

    assert 28 == len(real)
    assert 21 == len(base64.urlsafe_b64decode(real))


def test_ids_are_unique_and_unbiased() -> None:
    """Of 100 000 ids none is twice, and each bit is set half the time, within one percent (R-TOK-1)."""
    count = 100_000
    ids = [random_id() for _ in range(count)]
    bits = "".join(f"{int.from_bytes(base64.urlsafe_b64decode(id_)):0168b}" for id_ in ids)
    totals = [bits[bit::168].count("1") for bit in range(168)]

    assert count == len(set(ids))
    assert count * 168 == len(bits)
    # Five standard deviations are 0.8 percent of the count, so chance alone never fails this.
    assert max(abs(total / count - 0.5) for total in totals) < 0.01


def test_keys_rotate() -> None:
    """Every listed key checks, the last one signs."""
    old, new = Seals([KEY]), Seals([KEY, b"fedcba9876543210fedcba9876543210"])
    said = Claims(TenantId("default"), random_id(), 1)

    assert said == new.unseal(Purpose.LINK, old.seal(Purpose.LINK, said))
    with pytest.raises(InvalidTokenError):
        old.unseal(Purpose.LINK, new.seal(Purpose.LINK, said))


def test_text_and_bytes_of_a_key_are_the_same() -> None:
    """A key from an environment variable is the key from a file."""
    said = Claims(TenantId("default"), random_id(), 1)

    assert said == Seals([KEY.decode()]).unseal(Purpose.LINK, SEALS.seal(Purpose.LINK, said))


OTHER = TenantId("other")
TENANT = TenantId("default")


@given(st.binary(min_size=16, max_size=16))
def test_a_reply_code_survives_a_change_of_case(random: bytes) -> None:
    """It is read in any case, is the same each time, and fits in a local part beside ``reply+``."""
    id_ = base64.b32encode(random).decode().rstrip("=").lower()
    code = SEALS.seal_reply(TENANT, id_)

    assert 48 == len(f"reply+{code}")
    assert code == code.lower()
    for spelling in (code, code.upper(), code.title(), code.swapcase()):
        assert Claims(TENANT, id_, 1) == SEALS.unseal_reply(spelling, among=[OTHER, TENANT])


@given(st.data())
def test_any_change_of_a_reply_code_is_refused(data: st.DataObject) -> None:
    """Each of its characters counts, the spare bits of the id's last one included."""
    code = SEALS.seal_reply(TENANT, reply_id())
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([char for char in "abcdefghijklmnopqrstuvwxyz234567" if char != code[place]]))

    with pytest.raises(InvalidTokenError):
        SEALS.unseal_reply(code[:place] + other + code[place + 1 :], among=[TENANT])


def test_a_reply_code_is_of_one_tenant_and_of_one_purpose() -> None:
    """The tenant is inside the signature though not in the code, and no other purpose reads it (R-TOK-4)."""
    code = SEALS.seal_reply(TENANT, reply_id())

    with pytest.raises(InvalidTokenError):
        SEALS.unseal_reply(code, among=[OTHER])
    with pytest.raises(InvalidTokenError):
        SEALS.unseal_reply(code, among=[])
    for purpose in Purpose:
        with pytest.raises(InvalidTokenError):
            SEALS.unseal(purpose, code)
        with pytest.raises(InvalidTokenError):
            SEALS.unseal_reply(SEALS.seal(purpose, Claims(TENANT, random_id(), 1)), among=[TENANT])


def test_reply_codes_outlive_a_new_key_until_the_old_one_is_removed() -> None:
    """Every listed key reads, as for the other tokens (R-TOK-3)."""
    newer = b"fedcba9876543210fedcba9876543210"
    code = SEALS.seal_reply(TENANT, reply_id())

    assert code[:26] == Seals([KEY, newer]).unseal_reply(code, among=[TENANT]).id
    with pytest.raises(InvalidTokenError):
        Seals([newer]).unseal_reply(code, among=[TENANT])


@given(st.text(max_size=60) | st.binary() | st.none() | st.integers())
def test_other_things_are_no_reply_code(thing: object) -> None:
    """They are refused with the one error, also what only looks alike in another script."""
    for given_ in (thing, "ſ" * 42, "K" * 42):
        with pytest.raises(InvalidTokenError):
            SEALS.unseal_reply(given_, among=[TENANT])


@pytest.mark.parametrize(
    "id_", ["", "a" * 25, "a" * 27, "A" * 26, "1" * 26, "a" * 25 + "b", "Bw2PODxGNkbAJ1j_amMG8EEeNng0"]
)
def test_only_an_id_for_replies_is_sealed_as_one(id_: str) -> None:
    """Any other id would not come back."""
    with pytest.raises(InvalidInputError, match="reply_id"):
        SEALS.seal_reply(TENANT, id_)


def test_reply_ids_are_unique_and_unbiased() -> None:
    """Of 100 000 none is twice, and each bit is set half the time, within one percent (R-TOK-1)."""
    count = 100_000
    ids = [reply_id() for _ in range(count)]
    bits = "".join(f"{int.from_bytes(base64.b32decode(f'{id_.upper()}======')):0128b}" for id_ in ids)
    totals = [bits[bit::128].count("1") for bit in range(128)]

    assert count == len(set(ids))
    assert count * 128 == len(bits)
    assert max(abs(total / count - 0.5) for total in totals) < 0.01
