import pytest

from sharekit.errors import IntegrityError, InvalidInputError
from sharekit.passwords import hash_password, verify_password


@pytest.fixture(autouse=True)
def _in_earnest(password_cost: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sharekit.passwords._LOG_N", password_cost)


def test_only_the_right_password_verifies() -> None:
    """The hash is salted, says its cost, and takes one password."""
    first, second = hash_password("caffè 123"), hash_password("caffè 123")

    assert first != second
    assert first.startswith("scrypt$15$8$3$")
    assert verify_password("caffè 123", first)
    assert not verify_password("caffe 123", first)
    assert not verify_password(None, first)


def test_spellings_of_one_character_are_the_same() -> None:
    """A composed and a decomposed letter look alike and are typed alike."""
    assert verify_password("caffe\N{COMBINING GRAVE ACCENT}", hash_password("caff\N{LATIN SMALL LETTER E WITH GRAVE}"))


@pytest.mark.parametrize("bad", ["", "   ", "x" * 1025])
def test_unfit_passwords_are_refused(bad: str) -> None:
    """Nothing, only spaces, and too much are no password."""
    with pytest.raises(InvalidInputError) as refused:
        hash_password(bad)

    assert "password" == refused.value.field


@pytest.mark.parametrize("damaged", ["", "scrypt$15$8$3$AAAA", "md5$1$1$1$AAAA$AAAA", "scrypt$x$8$3$AAAA$AAAA"])
def test_a_damaged_hash_is_no_wrong_password(damaged: str) -> None:
    """What the store lost is an error of its own."""
    with pytest.raises(IntegrityError):
        verify_password("x", damaged)
