"""Letters as bytes: what every mail program shall read out of them, and what no value can break."""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.errors import InvalidInputError
from sharekit.mail.addresses import reply_address
from sharekit.mail.composing import compose, message_id, references
from sharekit.ports import AutoSubmitted, Letter, Mailbox

LONG_ID = f"<{'CAF' + 'x7Yz' * 60}@mail.gmail.example>"
LETTER = Letter(
    id="d1",
    recipient=Mailbox("ana@acme.example", "Ana"),
    sender=Mailbox("portal@studio.example", "Studio Noord"),
    subject="Something new for you",
    text="Hello Ana,\n\nPlease look.\n",
    html="<p>Hello Ana,</p>",
    message_id=message_id("studio.example", "default", "d1"),
    date=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    reply_to=Mailbox(reply_address("a" * 42, "in.studio.example"), "Studio Noord"),
    in_reply_to=LONG_ID,
    references=("<one@acme.example>", LONG_ID),
    unsubscribe_url="https://portal.studio.example/u/" + "k" * 160,
)
names = st.text(max_size=300) | st.text('ab \r\n\t"\\<>,;:@()=?_é€中', max_size=300)


def read(raw: bytes) -> EmailMessage:
    """Read a message as a mail program does."""
    message = email.message_from_bytes(raw, policy=default)

    assert isinstance(message, EmailMessage)
    return message


def head(raw: bytes) -> list[bytes]:
    """Return the lines above the body."""
    return raw.partition(b"\r\n\r\n")[0].split(b"\r\n")


def field(raw: bytes, name: str) -> str:
    """Return the value of a header, unfolded and not decoded."""
    lines = raw.partition(b"\r\n\r\n")[0].decode().replace("\r\n ", " ").split("\r\n")
    (value,) = (line.partition(": ")[2] for line in lines if line.lower().startswith(f"{name.lower()}: "))
    return value


def test_a_letter_says_who_to_whom_and_what() -> None:
    """Both bodies, the subject and the three mailboxes are read back as they were given."""
    message = read(compose(LETTER))
    plain, html = message.get_body(("plain",)), message.get_body(("html",))

    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content().strip() == LETTER.html
    assert message["Subject"] == "Something new for you"
    assert str(message["From"]) == "Studio Noord <portal@studio.example>"
    assert str(message["To"]) == "Ana <ana@acme.example>"
    assert message["Reply-To"].addresses[0].addr_spec == f"reply+{'a' * 42}@in.studio.example"
    assert message["Date"].datetime == LETTER.date
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    assert message.defects == []


def test_what_programs_compare_stays_as_it_is() -> None:
    """A long Message-ID in a reply, and the address for one click, are never encoded, broken or cut."""
    raw = compose(LETTER)

    assert field(raw, "In-Reply-To") == LONG_ID
    assert field(raw, "References") == f"<one@acme.example> {LONG_ID}"
    assert field(raw, "List-Unsubscribe") == f"<{LETTER.unsubscribe_url}>"
    assert field(raw, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"


def test_the_standard_policy_would_break_them() -> None:
    """`email.policy.SMTP` makes encoded words of them, which is why there is a policy of our own."""
    message = EmailMessage(policy=SMTP)
    message["List-Unsubscribe"] = f"<{LETTER.unsubscribe_url}>"

    assert b"=?utf-8?" in message.as_bytes()


def test_the_same_letter_is_the_same_bytes() -> None:
    """Sending again sends nothing new."""
    assert compose(LETTER) == compose(attrs.evolve(LETTER))


@given(names, names, names)
def test_no_name_and_no_subject_adds_a_header(subject: str, to_name: str, from_name: str) -> None:
    """Whatever they hold, there are the same headers, in lines of at most 998 octets of ASCII (R-MAIL-5)."""
    if "://" in subject:
        subject = subject.replace("://", "")
    letter = attrs.evolve(
        LETTER,
        subject=subject,
        recipient=Mailbox("ana@acme.example", to_name),
        sender=Mailbox("portal@studio.example", from_name),
    )
    raw = compose(letter)
    message = read(raw)

    assert [key.lower() for key in message] == [key.lower() for key in read(compose(LETTER))]
    assert all(len(line) <= 998 and line.isascii() for line in raw.split(b"\r\n"))
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert message["To"].addresses[0].addr_spec == "ana@acme.example"
    assert message["From"].addresses[0].addr_spec == "portal@studio.example"
    assert len(message["To"].addresses) == len(message["From"].addresses) == 1


ODD = {
    "one\r\nBcc: eve@evil.example": "one Bcc: eve@evil.example",
    "line\u2028separator\u2029paragraph": "line separator paragraph",
    "=?utf-8?q?Invoice?=": "=?utf-8?q?Invoice?=",
    "=?utf-8?b?Qg==?= =?x": "=?utf-8?b?Qg==?= =?x",
    "Zażółć gęślą jaźń": "Zażółć gęślą jaźń",
    "x" * 1200: "x" * 199 + "…",
    "word " * 300: ("word " * 300)[:199].rstrip() + "…",
    "é" * 1200: "é" * 199 + "…",
    "a\x00b\x7fc\x1b[31m": "a b c [31m",
    "\u202etxt.exe": "txt.exe",
    "half \ud83d": "half",
    "": "",
}


@pytest.mark.parametrize("subject", ODD, ids=lambda subject: ascii(subject[:20]))
def test_a_subject_is_one_line_that_says_the_same(subject: str) -> None:
    """Line breaks become spaces, what looks like an encoded word stays literal, and what is too long is cut."""
    assert str(read(compose(attrs.evolve(LETTER, subject=subject)))["Subject"]) == ODD[subject]


@pytest.mark.parametrize(
    "name", ["Ana", "O'Neil, Ana", 'Ana "the boss"', "Ana\\", "José Ñandú", "=?utf-8?q?x?=", "a" * 119, "Ana (Acme)"]
)
def test_a_name_is_read_back(name: str) -> None:
    """Also one with commas, quotes, brackets or the letters of a language."""
    letter = attrs.evolve(LETTER, recipient=Mailbox("ana@acme.example", name))
    (read_back,) = read(compose(letter))["To"].addresses

    assert read_back.display_name == name


def test_a_domain_of_another_script_is_written_in_ascii() -> None:
    """Any server takes it."""
    letter = attrs.evolve(LETTER, recipient=Mailbox("ana@bücher.example"))

    assert b"To: ana@xn--bcher-kva.example\r\n" in compose(letter)
    assert not letter.needs_smtputf8


def test_a_local_part_of_another_script_needs_a_server_that_knows_it() -> None:
    """It is written in UTF-8, and the letter says that it needs SMTPUTF8."""
    letter = attrs.evolve(LETTER, recipient=Mailbox("józef@bücher.example", "Józef"))

    assert "<józef@xn--bcher-kva.example>".encode() in compose(letter)
    assert letter.needs_smtputf8


def test_a_long_chain_keeps_its_ends() -> None:
    """Of very many references the first and the last ones stay, and what is no Message-ID is left out."""
    chain = [f"<{number}@acme.example>" for number in range(500)]
    raw = compose(attrs.evolve(LETTER, references=(*chain, "no id", "<x y@z>", f"<{'n' * 2000}@z>", "<a@b>\r\nX: y")))
    kept = field(raw, "References").split()

    assert kept == [chain[0], *chain[-19:]]


def test_an_answer_refers_to_what_it_answers_last() -> None:
    """The chain of the parent, then the parent, each once."""
    assert references(["<1@a>", "<2@a>"], "<3@a>") == ("<1@a>", "<2@a>", "<3@a>")
    assert references(["<1@a>", "<3@a>", "<2@a>"], "<3@a>") == ("<1@a>", "<2@a>", "<3@a>")
    assert references([], None) == ()


def test_a_message_id_is_the_same_for_the_same_delivery_and_tells_nothing() -> None:
    """A letter that is sent again can be recognised, and its id holds none of its parts."""
    first = message_id("studio.example", "default", "delivery-7")

    assert first == message_id("studio.example", "default", "delivery-7")
    assert first != message_id("studio.example", "default", "delivery-8")
    assert "delivery" not in first
    assert first.endswith("@studio.example>")


@pytest.mark.parametrize("text", ["", "a" * 200_000, ".\r\n.\r\nQUIT\r\n", "x\0y", "half \ud800", "From me\n\n--\n"])
def test_any_text_is_carried(text: str) -> None:
    """Long lines, lone dots and damaged characters included; no line is longer than a server takes."""
    raw = compose(attrs.evolve(LETTER, text=text, html=None))
    body = read(raw).get_content().replace("\r\n", "\n")

    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    expected = text.replace("\r\n", "\n").replace("\0", "").replace("\ud800", "?")
    assert body.rstrip("\n") == expected.rstrip("\n")


def test_nothing_a_letter_holds_is_in_its_repr() -> None:
    """Logs that show a letter show neither its text nor the code in its addresses."""
    shown = repr(attrs.evolve(LETTER, text="the secret text", bounces_to=f"reply+{'b' * 42}@in.studio.example"))

    assert "secret text" not in shown
    assert "aaaaaaaa" not in shown
    assert "bbbbbbbb" not in shown
    assert "kkkkkkkk" not in shown


# The values are of any type: they are what a caller may get wrong.
WRONG: dict[str, dict[str, Any]] = {
    "subject": {"subject": "Open https://portal.example/l/secret"},
    "unsubscribe_url": {"unsubscribe_url": "http://portal.example/u"},
    "unsubscribe_url-comma": {"unsubscribe_url": "https://portal.example/u,<https://evil.example>"},
    "unsubscribe_url-line": {"unsubscribe_url": "https://portal.example/u\r\nBcc: eve@evil.example"},
    "bounces_to": {"bounces_to": "no address"},
    "date": {"date": datetime(2026, 3, 2)},  # noqa: DTZ001  # that is what is refused
}


@pytest.mark.parametrize("case", WRONG)
def test_a_letter_that_cannot_be_is_refused(case: str) -> None:
    """With the name of the field; a subject with an address could show a secret."""
    with pytest.raises(InvalidInputError) as caught:
        attrs.evolve(LETTER, **WRONG[case])

    assert caught.value.field == case.partition("-")[0]


@pytest.mark.parametrize("address", ["x", "a@b@c", "a b@c.example", "a@b.example\r\nBcc: x@y.example", "<a@b.example>"])
def test_a_mailbox_needs_one_address(address: str) -> None:
    """Anything else is refused where it is made."""
    with pytest.raises(InvalidInputError, match="address"):
        Mailbox(address)


@pytest.mark.parametrize("address", ["ana@" + "ü" * 80 + ".example", "a" * 65 + "@acme.example"])
def test_an_address_that_cannot_be_written_is_refused(address: str) -> None:
    """A label of more than 63 octets, a local part of more than 64."""
    with pytest.raises(InvalidInputError, match="address"):
        compose(attrs.evolve(LETTER, recipient=Mailbox(address)))


def test_a_letter_has_a_message_id() -> None:
    """One that cannot be written would make two letters of one that is sent twice."""
    with pytest.raises(InvalidInputError, match="message_id"):
        compose(attrs.evolve(LETTER, message_id="no id"))


def test_an_answer_of_the_machine_says_so() -> None:
    """RFC 3834 tells other machines not to answer."""
    raw = compose(attrs.evolve(LETTER, auto_submitted=AutoSubmitted.REPLIED))

    assert field(raw, "Auto-Submitted") == "auto-replied"
