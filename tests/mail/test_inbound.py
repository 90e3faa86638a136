"""Mail as it is read: broken, foreign, large and hostile, and always within limits (R-MAIL-6, R-MAIL-8)."""

import base64
import email.policy
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.errors import MailRefusedError
from sharekit.mail._html import html_to_text
from sharekit.mail.addresses import mailboxes, reply_address, reply_codes
from sharekit.mail.inbound import MAX_BYTES, Envelope, parse_mail
from sharekit.records.mail import Automatic, BounceReport
from tests.mail._answers import TONGUES, html_cases, text_cases
from tests.mail._hostile import CASES, written
from tests.mail.test_replies import operations

HEAD = b"From: Ana <ana@acme.example>\r\nTo: x@in.studio.example\r\nSubject: s\r\nMessage-ID: <m@acme.example>\r\n"
CODE = "a" * 25 + "e" + "b" * 16


def plain(text: bytes, *more: bytes) -> bytes:
    """Return a mail of plain text."""
    return HEAD + b"".join(line + b"\r\n" for line in more) + b"\r\n" + text


def message(text: str = "", html: str = "") -> EmailMessage:
    """Return a mail that the standard library writes."""
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"] = "Ana <ana@acme.example>"
    if text:
        made.set_content(text)
    if html and text:
        made.add_alternative(html, subtype="html")
    elif html:
        made.set_content(html, subtype="html")
    return made


def test_a_mail_says_what_it_says() -> None:
    """Who, to whom, when, in answer to what, and its digest."""
    raw = plain(
        b"Yes.\r\n",
        b"Date: Mon, 2 Mar 2026 09:30:00 +0100",
        b"In-Reply-To: <l1@studio.example>",
        b"References: <l0@studio.example>\r\n <l1@studio.example>",
        b"Cc: reply+" + CODE.encode() + b"@in.studio.example",
    )
    mail = parse_mail(raw)

    assert ("ana@acme.example", "Ana", "s") == (mail.sender, mail.sender_name, mail.subject)
    assert datetime(2026, 3, 2, 8, 30, tzinfo=UTC) == mail.date
    assert "<m@acme.example>" == mail.message_id
    assert ("<l1@studio.example>",) == mail.in_reply_to
    assert ("<l0@studio.example>", "<l1@studio.example>") == mail.references
    assert (CODE,) == mail.reply_codes
    assert ("Yes.\n", "Yes.") == (mail.text, mail.reply)
    assert (None, None, ()) == (mail.automatic, mail.bounce, mail.attachments)
    assert (64, len(raw)) == (len(mail.digest), mail.size)
    assert CODE not in repr(mail)


def test_the_envelope_counts_more_than_the_headers() -> None:
    """To whom a mail was handed over is known; what its headers say is only said."""
    other = "c" * 25 + "ed" + "d" * 15
    raw = plain(b"x", b"Cc: reply+" + CODE.encode() + b"@in.studio.example")
    mail = parse_mail(raw, envelope=Envelope(sender="<ana@acme.example>", recipients=(f"<reply+{other}@x.example>",)))

    assert (other,) == mail.reply_codes
    assert "ana@acme.example" == mail.envelope_from


@pytest.mark.parametrize(
    "address",
    [
        f"reply+{CODE}@in.studio.example",
        f"REPLY+{CODE.upper()}@IN.STUDIO.EXAMPLE",
        f"Reply+{CODE.title()}@in.studio.example",
        f'"Studio, Noord" <reply+{CODE}@in.studio.example>',
        f"reply-{CODE}@in.studio.example",
        f"reply={CODE}@in.studio.example",
        f"reply%2B{CODE}@in.studio.example",
        f"bounce-reply=2B{CODE}=in.studio.example@list.example",
        f"SRS0=hash=tt=in.studio.example=reply+{CODE}@forwarder.example",
        f"<mailto:reply+{CODE}@in.studio.example>",
        f"reply+{CODE}@in.studio.example.",
        f"x@y.example, reply+{CODE}@in.studio.example (answer)",
    ],
)
def test_a_code_is_found_wherever_an_address_carries_it(address: str) -> None:
    """Mail systems fold case, rewrite the plus, and wrap addresses into others."""
    assert (CODE,) == reply_codes([address])


@pytest.mark.parametrize(
    "address",
    ["", f"{CODE}@in.studio.example", f"reply+{CODE[1:]}@x", f"reply+a{CODE}@x", f"reply+{CODE}z@x", "reply+@x"],
)
def test_what_is_no_code_is_none(address: str) -> None:
    """A code is whole, and stands behind its word."""
    assert () == reply_codes([address])


def test_an_address_holds_its_code_in_64_octets() -> None:
    """The part before the @ is 48 characters long, whatever the code."""
    assert 48 == len(reply_address(CODE, "in.studio.example").partition("@")[0])
    assert (CODE,) == reply_codes([reply_address(CODE.upper(), "in.studio.example")])


@given(st.text(max_size=80) | st.text('a@b.c<>"(),;:\\ ', max_size=40))
def test_any_value_of_a_header_is_read(value: str) -> None:
    """Whatever stands there, each address that is found stands in it, and has one at sign."""
    for _, address in mailboxes(value):
        assert address in value
        assert 1 == address.count("@")


# --- texts ------------------------------------------------------------------------------


CHARSETS = {
    "utf-8": ("Zażółć gęślą", "utf-8"),
    "iso-8859-2": ("Zażółć gęślą", "iso-8859-2"),
    "windows-1250": ("Zażółć gęślą", "windows-1250"),
    "iso-8859-1": ("Grüße, mañana", "iso-8859-1"),
    "koi8-r": ("Привет", "koi8-r"),
    "iso-2022-jp": ("日本", "iso-2022-jp"),
    "x-unknown": ("Grüße", "utf-8"),
    "utf-16": ("Grüße", "utf-16"),
    "us-ascii": ("Grüße", "utf-8"),
    "": ("Grüße", "cp1252"),
    "rot13": ("abc", "ascii"),
    "zip": ("abc", "ascii"),
    "punycode": ("abc-def", "ascii"),
    "idna": ("abc", "ascii"),
    "unicode-escape": (r"\u0041", "ascii"),
    "undefined": ("abc", "ascii"),
    "\0": ("abc", "ascii"),
    '"utf-8"': ("é", "utf-8"),
}


@pytest.mark.parametrize("charset", CHARSETS, ids=ascii)
def test_a_text_is_read_by_its_charset_or_by_what_it_looks_like(charset: str) -> None:
    """A charset that is unknown, wrong or no charset at all costs nothing but itself."""
    text, codec = CHARSETS[charset]
    raw = plain(text.encode(codec), b"Content-Type: text/plain; charset=" + charset.encode())

    assert text == parse_mail(raw).text.strip()


@pytest.mark.parametrize("codec", ["utf-8", "cp1252"])
def test_headers_of_eight_bits_are_read(codec: str) -> None:
    """As UTF-8, else as Windows writes; with names and subjects alike."""
    raw = "From: Zoë <ana@acme.example>\r\nSubject: Grüße\r\n\r\nx".encode(codec)
    mail = parse_mail(raw)

    assert ("Zoë", "ana@acme.example", "Grüße") == (mail.sender_name, mail.sender, mail.subject)


@pytest.mark.parametrize(
    ("written_so", "read_so"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?iso-8859-2?b?WmG/87PmIGfqtmyx?=", "Zażółć gęślą"),
        ("=?utf-8?b?R3LDvA==?= =?utf-8?b?w59l?=", "Grüße"),
        ("=?utf-8?b?!!!?= x", "=?utf-8?b?!!!?= x"),
        ("=?nonsense?q?a=C3=BC?=", "aü"),
        ("=?utf-8?q?open", "=?utf-8?q?open"),
        ("=?utf-8?q?a=0D=0ABcc=3A_x?=", "a Bcc: x"),
        ("a\0b", "ab"),
    ],
)
def test_encoded_words_are_read_in_one_line(written_so: str, read_so: str) -> None:
    """Those that are broken stay as they are, and none makes a second line."""
    assert read_so == parse_mail(f"Subject: {written_so}\r\n\r\nx".encode()).subject


def test_control_characters_are_left_out() -> None:
    """NUL, escapes and halves of characters reach nobody; every kind of line end is one."""
    text = parse_mail(plain(b"a\0b\x1b[31mc\r\nd\re\x0cf\xe2\x80\xa8g")).text

    assert "ab[31mc\nd\ne\nf\ng" == text


def test_lines_that_were_broken_for_sending_are_joined() -> None:
    """``format=flowed`` joins what was one paragraph, quoted ones by themselves, and leaves the signature alone."""
    raw = plain(
        b"One paragraph \r\nin two lines.\r\n> quoted \r\n> text\r\n-- \r\nAna\r\n",
        b"Content-Type: text/plain; format=flowed; charset=utf-8",
    )
    mail = parse_mail(raw)

    assert "One paragraph in two lines.\n> quoted text\n-- \nAna\n" == mail.text
    assert "One paragraph in two lines." == mail.reply


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("> one \r\nanswer\r\n", "> one \nanswer\n"),
        (">> deep \r\n> less\r\n", ">> deep \n> less\n"),
        ("never \r\nended \r\n", "never ended "),
        ("open ", "open "),
        (" stuffed\r\n", "stuffed\n"),
    ],
)
def test_a_soft_break_never_joins_what_others_said(text: str, joined: str) -> None:
    """A paragraph ends where the depth of quoting changes, and a space that only protects a line goes."""
    assert joined == parse_mail(plain(text.encode(), b"Content-Type: text/plain; format=flowed")).text


def test_a_soft_break_takes_its_space_along_where_the_sender_says_so() -> None:
    """``DelSp=yes`` is how languages without spaces are broken."""
    raw = plain(b"Donaudampf \r\nschiff\r\n", b"Content-Type: text/plain; format=flowed; delsp=yes")

    assert "Donaudampfschiff\n" == parse_mail(raw).text


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit", "x-unknown", "BASE64 "])
def test_any_encoding_is_undone_or_left(encoding: str) -> None:
    """What cannot be undone stays as it is."""
    body = base64.b64encode(b"abc") if encoding.strip().lower() == "base64" else b"abc"

    assert "abc" == parse_mail(plain(body, b"Content-Transfer-Encoding: " + encoding.encode())).text.strip()


def test_a_text_beyond_a_mebibyte_is_cut_and_says_so() -> None:
    """The mail itself is the caller's to keep."""
    mail = parse_mail(plain(b"word " * 300_000))

    assert (1024 * 1024, True) == (len(mail.text), mail.truncated)
    assert not parse_mail(plain(b"word ")).truncated


# --- HTML -------------------------------------------------------------------------------


def test_html_becomes_text() -> None:
    """Words stay; scripts, styles, pictures and comments go, and nothing is fetched."""
    html = (
        "<html><head><title>T</title><style>p{x}</style><script>alert(1)</script></head><body><!-- no -->"
        '<p>Hello&nbsp;<b>Ana</b> &amp; co</p><img src="https://evil.example/p.gif" alt="pixel">'
        '<svg><text>drawn</text><script>x()</script></svg><a href="javascript:x()">here</a><br>1 &lt; 2</body></html>'
    )
    mail = parse_mail(message(html=html).as_bytes())

    assert "Hello Ana & co\n\nhere\n1 < 2" == mail.text


def test_preformatted_lines_stay_lines() -> None:
    """With their spaces, as programs that send text in HTML rely on."""
    mail = parse_mail(message(html="<div>See:</div><pre>a  b\n  c\n\nd</pre><p>End</p>").as_bytes())

    assert "See:\na  b\n  c\n\nd\n\nEnd" == mail.text


def test_the_text_of_a_mail_is_what_its_sender_wrote() -> None:
    """Of text and HTML the text is taken, unless the HTML alone shows what is quoted."""
    quoted = '<p>Yes</p><div class="gmail_quote">Studio: which one?</div>'

    assert "Plain" == parse_mail(message("Plain", "<p>Fancy</p>").as_bytes()).reply
    assert "Yes" == parse_mail(message("Yes\nStudio: which one?", quoted).as_bytes()).reply
    assert "Fancy" == parse_mail(message(" \n", "<p>Fancy</p>").as_bytes()).reply


@pytest.mark.parametrize("code", TONGUES)
def test_answers_of_programs_are_read_from_their_bytes(code: str) -> None:
    """In both forms at once, as most programs send them, and in one."""
    text = next(iter(text_cases(code, TONGUES[code])))
    for case in html_cases(code, TONGUES[code]):
        both, alone = message(text.body, case.body), message(html=case.body)

        assert case.reply == parse_mail(both.as_bytes()).reply.replace("\r", "")
        assert case.reply == parse_mail(alone.as_bytes()).reply


DEEP: dict[str, Callable[[int], str]] = {
    "boxes": lambda n: "<div>" * n + "x",
    "quotations": lambda n: "<blockquote>x" * n,
    "tables": lambda n: "<table><tr><td>" * n,
    "fonts": lambda n: "".join(f"<font color={i}>" for i in range(n)) + "<p>x" * n,
    "comments": lambda n: "<!--" * n,
    "hidden ends": lambda n: "<div><?</div>" * n,
    "scripts": lambda n: "<script>" * n,
    "attributes": lambda n: "<div " + "a=1 " * n + ">",
    "ends": lambda n: "<div>" * 100 + "</p>" * n,
    "brackets": lambda n: "<" * n,
    "entities": lambda n: "&" * n + "&amp" * n,
}


@pytest.mark.parametrize("shape", DEEP)
def test_the_work_on_html_grows_with_its_length_alone(shape: str) -> None:
    """Deep nesting, which costs browsers the square of it, is thinned out before."""
    few = operations(lambda: html_to_text(DEEP[shape](500)))
    many = operations(lambda: html_to_text(DEEP[shape](2000)))

    assert many <= 4.6 * few + 500


# --- files ------------------------------------------------------------------------------


def test_files_are_named_as_they_came() -> None:
    """With their bytes, a picture in the text as such, and a message within a message as one file."""
    made = message("See.", "<p>See.</p>")
    made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Zażółć ../a.pdf")
    made.add_attachment(b"x", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    made.add_attachment(message("inner"))
    body = made.get_body(("html",))
    assert body is not None
    body.add_related(b"GIF89a", maintype="image", subtype="gif", cid="<logo@acme.example>")
    files = {file.media_type: file for file in parse_mail(made.as_bytes()).attachments}

    assert ("Zażółć ../a.pdf", b"%PDF-1.7") == (files["application/pdf"].name, files["application/pdf"].content)
    assert not files["application/pdf"].inline
    assert (True, "logo@acme.example") == (files["image/gif"].inline, files["image/gif"].content_id)
    assert "winmail.dat" == files["application/ms-tnef"].name
    assert b"inner" in files["message/rfc822"].content
    assert 4 == len(files)


def test_a_text_that_is_a_file_is_no_part_of_the_text() -> None:
    """Also when it is shown in the mail."""
    made = message("See.")
    made.add_attachment("name;sum\n", subtype="csv", filename="a.csv")
    made.add_attachment("<script>x</script>", subtype="html", filename="a.html", disposition="inline")
    mail = parse_mail(made.as_bytes())

    assert "See." == mail.reply
    assert ["a.csv", "a.html"] == [file.name for file in mail.attachments]


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b"attachment; filename*=utf-8''Za%C5%BC.pdf", "Zaż.pdf"),
        (b"attachment; filename*0*=utf-8''Za; filename*1*=%C5%BC.pdf", "Zaż.pdf"),
        (b'attachment; filename="=?utf-8?q?Za=C5=BC?=.pdf"', "Zaż.pdf"),
        (b'attachment; filename="a\r\n b.pdf"', "a b.pdf"),
        (b"attachment; filename*=nonsense''a%FF.pdf", "aÿ.pdf"),
        (b"attachment; filename=a\xc5\xbc.pdf", "aż.pdf"),
        (b'attachment; filename="a\0b.pdf"', "ab.pdf"),
        (b"attachment", ""),
    ],
)
def test_names_of_files_are_one_line(disposition: bytes, name: str) -> None:
    """In each of the ways in which programs write them."""
    raw = plain(b"x", b"Content-Type: application/pdf", b"Content-Disposition: " + disposition)

    assert [name] == [file.name for file in parse_mail(raw).attachments]


# --- reports ----------------------------------------------------------------------------


def test_a_report_of_a_failure_says_which_letter_and_whom() -> None:
    """So that the address can be marked, and staff can see why."""
    case = next(case for case in CASES if case.name == "a report of a failure")
    mail = parse_mail(written(case), envelope=Envelope(sender="", recipients=()))

    assert Automatic.BOUNCE is mail.automatic
    assert mail.bounce == BounceReport(
        recipients=("ana@acme.example",), status="5.1.1", permanent=True, message_id="<l1@studio.example>"
    )


@pytest.mark.parametrize(
    ("action", "status", "permanent"),
    [("failed", "5.1.1", True), ("delayed", "4.4.1", False), ("failed", "4.4.7", False)],
)
def test_a_report_that_holds_the_whole_letter_is_read(action: str, status: str, permanent: bool) -> None:
    """With what failed for good told from what is only late."""
    raw = plain(
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        + f"Final-Recipient: rfc822; <ana@acme.example>\r\nAction: {action}\r\nStatus: {status}\r\n\r\n".encode()
        + b"--b\r\nContent-Type: message/rfc822\r\n\r\n"
        + b"Message-ID: <l1@studio.example>\r\nSubject: x\r\n\r\nHello\r\n--b--\r\n",
        b'Content-Type: multipart/report; report-type="delivery-status"; boundary=b',
    )

    assert parse_mail(raw).bounce == BounceReport(
        recipients=("ana@acme.example",), status=status, permanent=permanent, message_id="<l1@studio.example>"
    )


# --- limits -----------------------------------------------------------------------------


def nested(depth: int) -> bytes:
    """Return multiparts in multiparts."""
    opened = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))
    return HEAD + opened + b"\r\nx\r\n"


def parts(count: int) -> bytes:
    """Return a mail of many parts."""
    return HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * count + b"--b--\r\n"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (plain(b"x" * MAX_BYTES), "too-large"),
        (nested(21), "too-deep"),
        (nested(3000), "too-deep"),
        (HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 500, "too-deep"),
        (parts(101), "too-many-parts"),
        (parts(50_000), "too-many-parts"),
        (b"X: y\r\n" * 100_000, "too-many-headers"),
    ],
    ids=["large", "deep", "very deep", "messages in messages", "parts", "many parts", "headers"],
)
def test_a_mail_beyond_a_limit_is_refused(raw: bytes, reason: str) -> None:
    """With the reason, and while it is read, not afterwards."""
    with pytest.raises(MailRefusedError) as caught:
        parse_mail(raw)

    assert reason == caught.value.reason


def test_a_mail_at_a_limit_is_read() -> None:
    """The limits are inclusive."""
    assert "x" == parse_mail(nested(20)).reply
    assert parse_mail(parts(99)).reply
    assert parse_mail(plain(b"x" * (MAX_BYTES - len(HEAD) - 2))).truncated


BROKEN = {
    "nothing": b"",
    "no headers": b"\r\n\r\njust text",
    "no body": HEAD,
    "no boundary": HEAD + b"Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx",
    "boundary that never comes": HEAD + b"Content-Type: multipart/mixed; boundary=zz\r\n\r\ntext",
    "boundary that never ends": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx",
    "type that is none": plain(b"x", b"Content-Type: ;;;"),
    "type with NUL": plain(b"x", b"Content-Type: text/plain\0; charset=\0"),
    "base64 that is none": plain(b"!!!!", b"Content-Transfer-Encoding: base64"),
    "base64 cut off": plain(b"QUJ", b"Content-Transfer-Encoding: base64"),
    "uuencode that is none": plain(b"begin 644 x\n!!!", b"Content-Transfer-Encoding: x-uuencode"),
    "date that is none": plain(b"x", b"Date: yesterday"),
    "date beyond time": plain(b"x", b"Date: Mon, 2 Mar 99999 09:30:00 +9999"),
    "date without zone": plain(b"x", b"Date: Mon, 2 Mar 2026 09:30:00 -0000"),
    "lone returns": b"From: ana@acme.example\rTo: x\r\rtext",
    "a line that is no header": b"From: ana@acme.example\r\nnonsense\r\n\r\nx",
    "folded nothing": b" folded\r\n\r\nx",
    "message of nothing": HEAD + b"Content-Type: message/rfc822\r\n\r\n",
    "report of nothing": HEAD + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b--",
    "status of nothing": HEAD + b"Content-Type: message/delivery-status\r\n\r\n\r\n",
    "binary": bytes(range(256)) * 20,
    "name of parts in parts": plain(b"x", b"Content-Disposition: attachment; filename*9999999999*=x"),
    "header of a mebibyte": HEAD + b"X-Long: " + b"y" * 1024 * 1024 + b"\r\n\r\nx",
    "quotes without end": plain(b"x", b'From: "' + b'\\"' * 5000),
    "semicolons without end": plain(b"x", b"Content-Type: text/plain" + b';"' * 50_000),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_mail_is_read_or_refused(case: str) -> None:
    """Never is there another exception."""
    try:
        mail = parse_mail(BROKEN[case])
    except MailRefusedError:
        return
    assert bool(mail.text.strip()) == bool(mail.reply)


PIECES = [
    b"From: Ana <ana@acme.example>\r\n", b"Content-Type: multipart/mixed; boundary=b\r\n", b"--b\r\n", b"--b--\r\n",
    b"Content-Type: text/html; charset=utf-8\r\n", b"Content-Type: message/rfc822\r\n", b"\r\n", b"\n", b"\r", b"\0",
    b"Content-Transfer-Encoding: base64\r\n", b"QUJD\r\n", b"=?utf-8?b?QQ==?=", b"<div>", b"</p>", b"> x\r\n", b"\xff",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n", b"Auto-Submitted: no\r\n",
    b"Content-Type: message/delivery-status\r\n", b"Authentication-Results: mx; dkim=pass header.d=(\r\n",
    b"Content-Disposition: attachment; filename*0*=utf-8''%ff\r\n", b"References: <a@b> <", b"Content-ID: <x>\r\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=12), max_size=30).map(b"".join))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """Whatever comes in, there is a mail or the one error, and a reply where there is text."""
    try:
        mail = parse_mail(raw)
    except MailRefusedError:
        return
    assert bool(mail.text.strip()) == bool(mail.reply)
    assert "\0" not in mail.text + mail.subject + mail.sender_name + "".join(file.name for file in mail.attachments)
    assert "\n" not in mail.subject + mail.sender_name + "".join(file.name for file in mail.attachments)


LARGE: dict[str, Callable[[int], bytes]] = {
    "lines": lambda n: plain(b"a\r\n" * n),
    "blank lines": lambda n: plain(b"\r\n" * n),
    "quote marks": lambda n: plain(b">" * n),
    "one line": lambda n: plain(b"x" * n),
    "base64": lambda n: plain(b"QUJD\r\n" * n, b"Content-Transfer-Encoding: base64"),
    "folded header": lambda n: HEAD + b"X: y\r\n" + b" y\r\n" * n + b"\r\nx",
    "recipients": lambda n: HEAD + b"Cc: " + b"a@b.example, " * n + b"\r\n\r\nx",
    "comments": lambda n: HEAD + b"Authentication-Results: mx; " + b"(" * n + b"\r\n\r\nx",
    "references": lambda n: HEAD + b"References: " + b"<a@b>" * n + b"\r\n\r\nx",
    "encoded words": lambda n: HEAD + b"X: y\r\nSubject: " + b"=?utf-8?q?a" * n + b"\r\n\r\nx",
}


@pytest.mark.parametrize("shape", LARGE)
def test_the_work_on_a_mail_grows_with_its_length_alone(shape: str) -> None:
    """Four times as much takes at most some four times as many steps."""
    few = operations(lambda: parse_mail(LARGE[shape](400)))
    many = operations(lambda: parse_mail(LARGE[shape](1600)))

    assert many <= 4.4 * few + 500
