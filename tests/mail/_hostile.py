"""
Mails of those who mean harm, of machines, and of people who only have bad luck: each with what must become of it.

The world of the table: Ana, a client, has a reply address for one conversation, and so has Maria of the staff.
Our server calls itself ``mx.studio.example``.
"""
# ruff: noqa: E501  # headers are as long as servers write them

from collections.abc import Mapping
from typing import Final

import attrs

from sharekit.records.mail import ReplyReason as Why

__all__ = ["ANA_CODE", "CASES", "GONE_CODE", "MARIA_CODE", "Hostile", "written"]

ANA_CODE: Final = "a" * 25 + "e" + "b" * 16
MARIA_CODE: Final = "c" * 25 + "e" + "d" * 16
GONE_CODE: Final = "f" * 25 + "e" + "f" * 16  # no such record, or a wrong signature: nobody stands behind it

_HEAD: Final = {
    "Authentication-Results": "mx.studio.example; dmarc=pass header.from=acme.example; spf=pass smtp.mailfrom=ana@acme.example",
    "Received": "from out.acme.example by mx.studio.example; Mon, 2 Mar 2026 09:31:00 +0100",
    "From": "Ana Pereira <ana@acme.example>",
    "To": f"Studio <reply+{ANA_CODE}@in.studio.example>",
    "Subject": "Re: Two drafts",
    "Date": "Mon, 2 Mar 2026 09:30:00 +0100",
    "Message-ID": "<m1@acme.example>",
    "In-Reply-To": "<l1@studio.example>",
}
_STAFF: Final = {
    "From": "Maria <maria@studio.example>",
    "To": f"reply+{MARIA_CODE}@in.studio.example",
    "Authentication-Results": "mx.studio.example; dmarc=pass header.from=studio.example",
}
_RESULTS: Final = "Authentication-Results"


def results(text: str, *more: str) -> dict[str, str | tuple[str, ...]]:
    """Return a change of what servers found out, the topmost first."""
    return {_RESULTS: (text, *more)}


@attrs.frozen(kw_only=True)
class Hostile:
    """
    One mail.

    Attributes:
        name: What it is about.
        why: What must become of it.
        change: Headers that differ from Ana's good mail; None leaves one out, several values come from the top.
        body: Its text.
        person: What is different about the person of the address now.
        facts: What else is known.
        sender: Of the envelope, when that is not what ``From`` says.
    """

    name: str
    why: Why
    change: Mapping[str, str | tuple[str, ...] | None] = attrs.field(factory=dict)
    body: str = "Yes, please.\r\n"
    person: Mapping[str, object] = attrs.field(factory=dict)
    facts: Mapping[str, object] = attrs.field(factory=dict)
    sender: str | None = None


def written(case: Hostile) -> bytes:
    """Return the bytes of a mail."""
    lines: list[str] = []
    for name, value in {**_HEAD, **case.change}.items():
        lines += [f"{name}: {one}" for one in ((value,) if isinstance(value, str) else value or ())]
    return ("\r\n".join(lines) + "\r\n\r\n" + case.body).encode("utf-8", "surrogateescape")


def _dsn(status: str) -> tuple[dict[str, str], str]:
    """Return the headers and the body of a report of a failure."""
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nYour letter did not arrive.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; ana@acme.example\r\nAction: failed\r\nStatus: {status}\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <l1@studio.example>\r\n\r\n--b--\r\n"
    )
    return {"Content-Type": 'multipart/report; report-type=delivery-status; boundary="b"'}, body


_REPORT, _REPORT_BODY = _dsn("5.1.1")

CASES: Final = (
    # --- what is good, so that the table can tell the difference
    Hostile(name="a good answer", why=Why.GENUINE),
    Hostile(
        name="a good answer in capitals",
        why=Why.GENUINE,
        change={"From": "ANA@ACME.EXAMPLE", "To": f"REPLY+{ANA_CODE.upper()}@IN.STUDIO.EXAMPLE"},
    ),
    Hostile(
        name="aligned signature without a policy",
        why=Why.GENUINE,
        change=results("mx.studio.example; dmarc=none; dkim=pass header.d=acme.example"),
    ),
    Hostile(
        name="aligned envelope",
        why=Why.GENUINE,
        change=results("mx.studio.example; spf=pass smtp.mailfrom=bounce@acme.example"),
    ),
    Hostile(
        name="signature of the domain above",
        why=Why.GENUINE,
        change={"From": "ana@mail.acme.example", **results("mx.studio.example; dkim=pass header.d=acme.example")},
        person={"addresses": ("ana@mail.acme.example",)},
    ),
    Hostile(
        name="no check, where the deployment does without",
        why=Why.GENUINE,
        change={_RESULTS: None},
        facts={"proof_needed": False},
    ),
    Hostile(name="a good answer of staff", why=Why.GENUINE, change=_STAFF),
    Hostile(name="the twentieth within the hour", why=Why.GENUINE, facts={"accepted_lately": 19}),
    Hostile(
        name="the address kept a minus for its plus",
        why=Why.GENUINE,
        change={"To": f"reply-{ANA_CODE}@in.studio.example"},
    ),
    Hostile(
        name="the address was wrapped into another",
        why=Why.GENUINE,
        change={"To": f"<SRS0=ab=cd=in.studio.example=reply=2B{ANA_CODE}@forward.example>"},
    ),
    # --- threading never authorizes
    Hostile(
        name="no reply address, but a thread",
        why=Why.NO_ADDRESS,
        change={"To": "portal@studio.example", "References": "<l1@studio.example>"},
    ),
    Hostile(
        name="the number of a ticket in the subject",
        why=Why.NO_ADDRESS,
        change={"To": "portal@studio.example", "Subject": "Re: [#123] Two drafts"},
    ),
    Hostile(
        name="the code in the subject alone",
        why=Why.NO_ADDRESS,
        change={"To": "portal@studio.example", "Subject": f"reply+{ANA_CODE}@in.studio.example"},
    ),
    Hostile(
        name="the code in the text alone",
        why=Why.NO_ADDRESS,
        change={"To": "portal@studio.example"},
        body=f"reply+{ANA_CODE}@in.studio.example\r\n",
    ),
    Hostile(
        name="the code in References alone",
        why=Why.NO_ADDRESS,
        change={"To": "portal@studio.example", "References": f"<reply+{ANA_CODE}@in.studio.example>"},
    ),
    Hostile(
        name="the code in Reply-To alone",
        why=Why.NO_ADDRESS,
        change={"To": "portal@studio.example", "Reply-To": f"reply+{ANA_CODE}@in.studio.example"},
    ),
    Hostile(name="a code of nobody", why=Why.NO_ADDRESS, change={"To": f"reply+{GONE_CODE}@in.studio.example"}),
    Hostile(name="half a code", why=Why.NO_ADDRESS, change={"To": f"reply+{ANA_CODE[:30]}@in.studio.example"}),
    Hostile(
        name="a code with more behind it", why=Why.NO_ADDRESS, change={"To": f"reply+{ANA_CODE}a@in.studio.example"}
    ),
    Hostile(name="no recipient at all", why=Why.NO_ADDRESS, change={"To": None}),
    # --- the address is no longer good
    Hostile(name="after its time", why=Why.EXPIRED, person={"expired": True}),
    Hostile(name="at the very instant of its end", why=Why.EXPIRED, person={"ends_now": True}),
    Hostile(name="taken back", why=Why.REVOKED, person={"revoked": True}),
    Hostile(name="taken back and too late", why=Why.REVOKED, person={"revoked": True, "expired": True}),
    Hostile(name="an ex-client", why=Why.PERSON_LEFT, person={"active": False}),
    Hostile(name="removed from the conversation", why=Why.NO_RIGHT, person={"may_write": False}),
    Hostile(name="a closed conversation", why=Why.CLOSED, person={"open": False}),
    Hostile(name="ex-staff with an old mail", why=Why.PERSON_LEFT, change=_STAFF, person={"active": False}),
    Hostile(name="a plan without messages", why=Why.PLAN, person={"planned": False}),
    Hostile(name="staff without the right any more", why=Why.NO_RIGHT, change=_STAFF, person={"may_write": False}),
    # --- somebody else sent it
    Hostile(name="forwarded to a colleague who answers", why=Why.OTHER_SENDER, change={"From": "bo@acme.example"}),
    Hostile(
        name="somebody in copy answers",
        why=Why.OTHER_SENDER,
        change={"From": "eve@evil.example", **results("mx.studio.example; dmarc=pass header.from=evil.example")},
    ),
    Hostile(
        name="her name, another address",
        why=Why.OTHER_SENDER,
        change={
            "From": '"ana@acme.example" <eve@evil.example>',
            **results("mx.studio.example; dmarc=pass header.from=evil.example"),
        },
    ),
    Hostile(
        name="her address before the brackets",
        why=Why.OTHER_SENDER,
        change={
            "From": "ana@acme.example <eve@evil.example>",
            **results("mx.studio.example; dmarc=pass header.from=evil.example"),
        },
    ),
    Hostile(
        name="her address in an encoded name",
        why=Why.OTHER_SENDER,
        change={
            "From": "=?utf-8?q?ana=40acme.example?= <eve@evil.example>",
            **results("mx.studio.example; dmarc=pass header.from=evil.example"),
        },
    ),
    Hostile(name="a look-alike letter", why=Why.OTHER_SENDER, change={"From": "аna@acme.example"}),
    Hostile(name="a subdomain of hers", why=Why.OTHER_SENDER, change={"From": "ana@evil.acme.example"}),
    Hostile(name="a domain that ends like hers", why=Why.OTHER_SENDER, change={"From": "ana@notacme.example"}),
    Hostile(
        name="a domain that folds to hers",
        why=Why.OTHER_SENDER,
        change={"From": "ana@straße.example", **results("mx.studio.example; dmarc=pass header.from=straße.example")},
        person={"addresses": ("ana@strasse.example",)},
    ),
    Hostile(
        name="a local part that folds to hers",
        why=Why.OTHER_SENDER,
        change={"From": "anaß@acme.example"},
        person={"addresses": ("anass@acme.example",)},
    ),
    Hostile(
        name="staff by the address of a client",
        why=Why.OTHER_SENDER,
        change={"From": "maria@studio.example", **results("mx.studio.example; dmarc=pass header.from=studio.example")},
    ),
    Hostile(
        name="a client by the address of staff",
        why=Why.OTHER_SENDER,
        change={"To": f"reply+{MARIA_CODE}@in.studio.example"},
    ),
    Hostile(
        name="the addresses of two people",
        why=Why.SEVERAL_ADDRESSES,
        change={"Cc": f"reply+{MARIA_CODE}@in.studio.example"},
    ),
    # --- the sender cannot be told
    Hostile(name="no From", why=Why.UNCLEAR_SENDER, change={"From": None}),
    Hostile(name="two From fields", why=Why.UNCLEAR_SENDER, change={"From": ("ana@acme.example", "eve@evil.example")}),
    Hostile(
        name="two addresses in From", why=Why.UNCLEAR_SENDER, change={"From": "ana@acme.example, eve@evil.example"}
    ),
    Hostile(
        name="two brackets in From", why=Why.UNCLEAR_SENDER, change={"From": "<ana@acme.example> <eve@evil.example>"}
    ),
    Hostile(
        name="rubbish beside the address",
        why=Why.UNCLEAR_SENDER,
        change={"From": "<ana@acme.example>, x y@z eve@evil.example"},
    ),
    Hostile(name="a group in From", why=Why.UNCLEAR_SENDER, change={"From": "friends: ana@acme.example;"}),
    Hostile(name="an address cut in two by a comment", why=Why.UNCLEAR_SENDER, change={"From": "ana@acme(x).example"}),
    Hostile(name="an encoded address", why=Why.UNCLEAR_SENDER, change={"From": "=?utf-8?q?ana?=@acme.example"}),
    Hostile(name="an open bracket", why=Why.UNCLEAR_SENDER, change={"From": "Ana <ana@acme.example"}),
    Hostile(name="an empty From", why=Why.UNCLEAR_SENDER, change={"From": ""}),
    # --- nobody found the sender genuine
    Hostile(name="no result at all", why=Why.NOT_CHECKED, change={_RESULTS: None}),
    Hostile(
        name="a result of another server",
        why=Why.NOT_CHECKED,
        change=results("mx.evil.example; dmarc=pass header.from=acme.example"),
    ),
    Hostile(
        name="a result of a server whose name ends like ours",
        why=Why.NOT_CHECKED,
        change=results("evil.mx.studio.example; dmarc=pass header.from=acme.example"),
    ),
    Hostile(
        name="a result whose name is in a comment",
        why=Why.NOT_CHECKED,
        change=results("(mx.studio.example;) mx.evil.example; dmarc=pass header.from=acme.example"),
    ),
    Hostile(
        name="an ARC result, which is another thing",
        why=Why.NOT_CHECKED,
        change={
            _RESULTS: None,
            "ARC-Authentication-Results": "i=1; mx.studio.example; dmarc=pass header.from=acme.example",
        },
    ),
    Hostile(
        name="a forged result below ours",
        why=Why.NOT_PROVEN,
        change=results(
            "mx.studio.example; dmarc=fail header.from=acme.example",
            "mx.studio.example; dmarc=pass header.from=acme.example",
        ),
    ),
    Hostile(
        name="a forged result of another server above ours",
        why=Why.NOT_PROVEN,
        change=results(
            "mx.evil.example; dmarc=pass header.from=acme.example",
            "mx.studio.example; dmarc=fail header.from=acme.example",
        ),
    ),
    Hostile(
        name="a policy that failed, with an aligned signature",
        why=Why.NOT_PROVEN,
        change=results("mx.studio.example; dmarc=fail header.from=acme.example; dkim=pass header.d=acme.example"),
    ),
    Hostile(
        name="two results of the policy, one failed",
        why=Why.NOT_PROVEN,
        change=results("mx.studio.example; dmarc=pass header.from=acme.example; dmarc=fail header.from=acme.example"),
    ),
    Hostile(
        name="passed for another domain",
        why=Why.NOT_PROVEN,
        change=results("mx.studio.example; dmarc=pass header.from=evil.example"),
    ),
    Hostile(name="passed for no domain", why=Why.NOT_PROVEN, change=results("mx.studio.example; dmarc=pass")),
    Hostile(
        name="passed says a comment",
        why=Why.NOT_PROVEN,
        change=results("mx.studio.example; dmarc=fail (dmarc=pass header.from=acme.example) header.from=acme.example"),
    ),
    Hostile(
        name="passed says a reason in quotes",
        why=Why.NOT_PROVEN,
        change=results(
            'mx.studio.example; dmarc=fail reason="; dmarc=pass header.from=acme.example" header.from=evil.example'
        ),
    ),
    Hostile(
        name="a signature of somebody else",
        why=Why.NOT_PROVEN,
        change=results("mx.studio.example; dkim=pass header.d=evil.example"),
    ),
    Hostile(
        name="a signature of a whole country",
        why=Why.NOT_PROVEN,
        change=results("mx.studio.example; dkim=pass header.d=example"),
    ),
    Hostile(
        name="a signature of a domain below",
        why=Why.NOT_PROVEN,
        change=results("mx.studio.example; dkim=pass header.d=evil.acme.example"),
    ),
    Hostile(
        name="a signature that failed",
        why=Why.NOT_PROVEN,
        change=results(
            "mx.studio.example; dkim=fail header.d=acme.example; spf=softfail smtp.mailfrom=ana@acme.example"
        ),
    ),
    Hostile(
        name="an envelope of somebody else",
        why=Why.NOT_PROVEN,
        change=results("mx.studio.example; spf=pass smtp.mailfrom=eve@evil.example"),
    ),
    Hostile(
        name="only the name of the server passed",
        why=Why.NOT_PROVEN,
        change=results("mx.studio.example; spf=pass smtp.helo=acme.example"),
    ),
    Hostile(name="our server found nothing", why=Why.NOT_PROVEN, change=results("mx.studio.example; none")),
    Hostile(
        name="a result that is not well formed",
        why=Why.NOT_CHECKED,
        change=results("mx.studio.example (; dmarc=pass header.from=acme.example"),
    ),
    Hostile(
        name="a result that a property claims",
        why=Why.NOT_PROVEN,
        change=results("mx.studio.example; spf=pass smtp.mailfrom=x=dkim=pass header.d=acme.example"),
    ),
    Hostile(
        name="a failed check counts where none is needed",
        why=Why.NOT_PROVEN,
        change=results("mx.studio.example; dmarc=fail header.from=acme.example"),
        facts={"proof_needed": False},
    ),
    # --- staff need the stronger proof
    Hostile(
        name="staff with an aligned signature alone",
        why=Why.STAFF_NOT_PROVEN,
        change={**_STAFF, **results("mx.studio.example; dkim=pass header.d=studio.example")},
    ),
    Hostile(name="staff without a result", why=Why.STAFF_NOT_PROVEN, change={**_STAFF, _RESULTS: None}),
    Hostile(
        name="staff without a result, where clients need none",
        why=Why.STAFF_NOT_PROVEN,
        change={**_STAFF, _RESULTS: None},
        facts={"proof_needed": False},
    ),
    # --- machines
    Hostile(name="a report of a failure", why=Why.BOUNCE, change=_REPORT, body=_REPORT_BODY, sender=""),
    Hostile(
        name="a report that names itself so by its sender",
        why=Why.BOUNCE,
        change={"From": "MAILER-DAEMON@acme.example"},
    ),
    Hostile(name="a report of Exchange", why=Why.BOUNCE, change={"X-MS-Exchange-Message-Is-Ndr": ""}),
    Hostile(name="a report of an old server", why=Why.BOUNCE, change={"X-Failed-Recipients": "x@y.example"}),
    Hostile(
        name="an empty envelope and a telling subject",
        why=Why.BOUNCE,
        change={"Subject": "Undeliverable: Two drafts", "Return-Path": "<>"},
    ),
    Hostile(name="an empty envelope", why=Why.AUTO_REPLY, sender=""),
    Hostile(name="an absence by the standard", why=Why.AUTO_REPLY, change={"Auto-Submitted": "auto-replied"}),
    Hostile(
        name="an absence by the standard, with a comment",
        why=Why.AUTO_REPLY,
        change={"Auto-Submitted": "auto-replied (vacation); owner=ana"},
    ),
    Hostile(name="a letter of another sharekit", why=Why.AUTO_REPLY, change={"Auto-Submitted": "auto-generated"}),
    Hostile(name="an absence of Exchange", why=Why.AUTO_REPLY, change={"X-Auto-Response-Suppress": "All"}),
    Hostile(name="an absence of an old program", why=Why.AUTO_REPLY, change={"X-Autoreply": "yes"}),
    Hostile(name="an absence by its precedence", why=Why.AUTO_REPLY, change={"Precedence": "auto_reply"}),
    Hostile(
        name="an absence in English by its subject",
        why=Why.AUTO_REPLY,
        change={"Subject": "Automatic reply: Two drafts"},
    ),
    Hostile(
        name="an absence in Dutch by its subject",
        why=Why.AUTO_REPLY,
        change={"Subject": "Automatisch antwoord: Twee ontwerpen"},
    ),
    Hostile(
        name="an absence in Spanish by its subject",
        why=Why.AUTO_REPLY,
        change={"Subject": "Respuesta automática: Dos borradores"},
    ),
    Hostile(
        name="an absence in Polish by its subject",
        why=Why.AUTO_REPLY,
        change={"Subject": "=?utf-8?q?Automatyczna_odpowied=C5=BA=3A_Dwa?="},
    ),
    Hostile(
        name="an absence in German by its subject",
        why=Why.AUTO_REPLY,
        change={"Subject": "Automatische Antwort: Zwei Entwürfe"},
    ),
    Hostile(
        name="a receipt",
        why=Why.AUTO_REPLY,
        change={"Content-Type": 'multipart/report; report-type=disposition-notification; boundary="b"'},
    ),
    Hostile(name="an address that takes no answers", why=Why.AUTO_REPLY, change={"From": "no-reply@acme.example"}),
    Hostile(name="a help desk", why=Why.AUTO_REPLY, change={"X-OTRS-Loop": "yes"}),
    Hostile(name="a mailing", why=Why.BULK, change={"Precedence": "bulk"}),
    Hostile(name="a list", why=Why.BULK, change={"List-Id": "<users.acme.example>"}),
    Hostile(name="a newsletter", why=Why.BULK, change={"List-Unsubscribe": "<https://news.example/u>"}),
    Hostile(name="auto-submitted says no", why=Why.GENUINE, change={"Auto-Submitted": "no"}),
    Hostile(
        name="a subject that only begins like an absence",
        why=Why.GENUINE,
        change={"Subject": "Out of office supplies, please order"},
    ),
    # --- loops and repetitions
    Hostile(name="our own address", why=Why.OWN_ADDRESS, change={"From": "portal@studio.example"}),
    Hostile(name="our own address in the envelope", why=Why.OWN_ADDRESS, sender="PORTAL@studio.example"),
    Hostile(
        name="a mail that goes round",
        why=Why.LOOP,
        change={"Received": tuple(f"from a{n} by b; Mon, 2 Mar 2026 09:31:00 +0100" for n in range(51))},
    ),
    Hostile(name="the same mail again", why=Why.DUPLICATE, facts={"seen_before": True}),
    Hostile(
        name="the same forged mail again",
        why=Why.DUPLICATE,
        change={"From": "eve@evil.example"},
        facts={"seen_before": True},
    ),
    Hostile(name="the twenty-first within the hour", why=Why.TOO_MANY, facts={"accepted_lately": 20}),
    Hostile(name="an empty mail", why=Why.EMPTY, body="\r\n \r\n"),
    # --- headers that want to be something else
    Hostile(
        name="a line break in the code",
        why=Why.NO_ADDRESS,
        change={"To": f"reply+{ANA_CODE[:20]}\r\n {ANA_CODE[20:]}@in.studio.example"},
    ),
    Hostile(
        name="the subject of a failure by a person", why=Why.GENUINE, change={"Subject": "Undeliverable? No, here I am"}
    ),
)
