"""
Answers as mail programs write them, in five languages: for each the text or the HTML, and what is new in it.

The heads are what the programs write; people, texts and addresses are made up.
"""
# ruff: noqa: E501  # lines of mail are as long as programs write them

from collections.abc import Iterator
from typing import Final

import attrs

__all__ = ["CASES", "Answer"]


@attrs.frozen
class Answer:
    """
    One answer.

    Attributes:
        name: Program and language.
        body: Its text, or its HTML.
        reply: What is new in it, without the signature.
        html: Whether the body is HTML.
        signature: What stands below as a signature.
    """

    name: str
    body: str
    reply: str
    html: bool = False
    signature: str = ""


@attrs.frozen(kw_only=True)
class Tongue:
    """How people and programs write in a language."""

    reply: str
    original: str
    gmail: str
    gmail_wrapped: str
    apple: str
    thunderbird: str
    name_first: str
    yahoo: str
    proton: str
    webmail: str
    header: str
    separator: str
    phone: str
    outlook_phone: str
    marker: str


TONGUES: Final = {
    "en": Tongue(
        reply="Hello,\n\nyes, the second draft is fine. Please go on.\n\nKind regards\nAna",
        original="Dear Ana,\n\nwhich of the two drafts do you prefer?\n\nStudio Noord",
        gmail="On Mon, Mar 2, 2026 at 9:30 AM Studio Noord <portal@studio.example> wrote:",
        gmail_wrapped="On Mon, Mar 2, 2026 at 9:30 AM Studio Noord <\nreply+abcdefghijkl@in.studio.example> wrote:",
        apple="On 2 Mar 2026, at 09:30, Studio Noord <portal@studio.example> wrote:",
        thunderbird="On 02/03/2026 09:30, Studio Noord wrote:",
        name_first="Studio Noord <portal@studio.example> wrote on Mon, 2 Mar 2026 at 09:30:",
        yahoo="    On Monday, March 2, 2026 at 09:30:12 AM GMT+1, Studio Noord <portal@studio.example> wrote:",
        proton="On Monday, March 2nd, 2026 at 9:30 AM, Studio Noord <portal@studio.example> wrote:",
        webmail="On Mon, Mar 2, 2026, at 9:30 AM, Studio Noord wrote:",
        header=(
            "From: Studio Noord <portal@studio.example>\nSent: Monday, 2 March 2026 09:30\n"
            "To: Ana Pereira <ana@acme.example>\nSubject: Re: Two drafts"
        ),
        separator="-----Original Message-----",
        phone="Sent from my iPhone",
        outlook_phone="Get Outlook for iOS",
        marker="##~ Please write your answer above this line ~##",
    ),
    "nl": Tongue(
        reply="Hallo,\n\nhet tweede ontwerp is prima. Ga maar door.\n\nMet vriendelijke groet\nAna",
        original="Beste Ana,\n\nwelk van de twee ontwerpen heeft je voorkeur?\n\nStudio Noord",
        gmail="Op ma 2 mrt 2026 om 09:30 schreef Studio Noord <portal@studio.example>:",
        gmail_wrapped="Op ma 2 mrt 2026 om 09:30 schreef Studio Noord <\nreply+abcdefghijkl@in.studio.example>:",
        apple=("Op 2 mrt 2026, om 09:30 heeft Studio Noord <portal@studio.example> het volgende geschreven:"),
        thunderbird="Op 02-03-2026 om 09:30 schreef Studio Noord:",
        name_first="Studio Noord <portal@studio.example> schreef op ma 2 mrt 2026 09:30:",
        yahoo="    Op maandag 2 maart 2026 om 09:30:12 CET schreef Studio Noord <portal@studio.example>:",
        proton="Op maandag 2 maart 2026 om 9:30 AM, schreef Studio Noord <portal@studio.example>:",
        webmail="Studio Noord schreef op 2026-03-02 09:30:",
        header=(
            "Van: Studio Noord <portal@studio.example>\nVerzonden: maandag 2 maart 2026 09:30\n"
            "Aan: Ana Pereira <ana@acme.example>\nOnderwerp: Re: Twee ontwerpen"
        ),
        separator="-----Oorspronkelijk bericht-----",
        phone="Verstuurd vanaf mijn iPhone",
        outlook_phone="Outlook voor iOS downloaden",
        marker="##~ Schrijf uw antwoord boven deze regel ~##",
    ),
    "es": Tongue(
        reply="Hola:\n\nel segundo borrador está bien. Sigan adelante.\n\nUn saludo\nAna",
        original="Estimada Ana:\n\n¿cuál de los dos borradores prefiere?\n\nStudio Noord",
        gmail="El lun, 2 mar 2026 a las 9:30, Studio Noord (<portal@studio.example>) escribió:",
        gmail_wrapped="El lun, 2 mar 2026 a las 9:30, Studio Noord (<\nreply+abcdefghijkl@in.studio.example>)\nescribió:",
        apple="El 2 mar 2026, a las 9:30, Studio Noord <portal@studio.example> escribió:",
        thunderbird="El 02/03/2026 a las 9:30, Studio Noord escribió:",
        name_first="Studio Noord <portal@studio.example> escribió el lun, 2 mar 2026 a las 9:30:",
        yahoo="    El lunes, 2 de marzo de 2026, 09:30:12 CET, Studio Noord <portal@studio.example> escribió:",
        proton="El lunes, 2 de marzo de 2026 a las 9:30, Studio Noord <portal@studio.example> escribió:",
        webmail="El 2026-03-02 09:30, Studio Noord escribió:",
        header=(
            "De: Studio Noord <portal@studio.example>\nEnviado el: lunes, 2 de marzo de 2026 9:30\n"
            "Para: Ana Pereira <ana@acme.example>\nAsunto: Re: Dos borradores"
        ),
        separator="-----Mensaje original-----",
        phone="Enviado desde mi iPhone",
        outlook_phone="Obtener Outlook para iOS",
        marker="##~ Escriba su respuesta por encima de esta línea ~##",
    ),
    "pl": Tongue(
        reply="Dzień dobry,\n\ndrugi projekt jest w porządku. Proszę kontynuować.\n\nPozdrawiam\nAna",
        original="Szanowna Pani,\n\nktóry z dwóch projektów Pani woli?\n\nStudio Noord",
        gmail="pon., 2 mar 2026 o 09:30 Studio Noord <portal@studio.example> napisał(a):",
        gmail_wrapped="pon., 2 mar 2026 o 09:30 Studio Noord <reply+abcdefghijkl@in.studio.example>\nnapisał(a):",
        apple=("Wiadomość napisana przez Studio Noord <portal@studio.example> w dniu 2 mar 2026, o godz. 09:30:"),
        thunderbird="W dniu 2.03.2026 o 09:30, Studio Noord pisze:",
        name_first="Studio Noord <portal@studio.example> napisał(a) w dniu pon., 2 mar 2026 o 09:30:",
        yahoo=(
            "    W dniu poniedziałek, 2 marca 2026 09:30:12 CET użytkownik Studio Noord <portal@studio.example>"
            " napisał:"
        ),
        proton="W dniu poniedziałek, 2 marca 2026 09:30 Studio Noord <portal@studio.example> napisał(a):",
        webmail="Dnia 2 marca 2026 09:30 Studio Noord <portal@studio.example> napisał(a):",
        header=(
            "Od: Studio Noord <portal@studio.example>\nWysłano: poniedziałek, 2 marca 2026 09:30\n"
            "Do: Ana Pereira <ana@acme.example>\nTemat: Re: Dwa projekty"
        ),
        separator="-----Wiadomość oryginalna-----",
        phone="Wysłane z iPhone'a",
        outlook_phone="Pobierz aplikację Outlook dla systemu iOS",
        marker="##~ Proszę odpowiedzieć powyżej tej linii ~##",
    ),
    "de": Tongue(
        reply="Guten Tag,\n\nder zweite Entwurf passt. Machen Sie bitte weiter.\n\nViele Grüße\nAna",
        original="Liebe Ana,\n\nwelcher der beiden Entwürfe gefällt Ihnen besser?\n\nStudio Noord",
        gmail="Am Mo., 2. März 2026 um 09:30 Uhr schrieb Studio Noord <portal@studio.example>:",
        gmail_wrapped="Am Mo., 2. März 2026 um 09:30 Uhr schrieb Studio Noord <\nreply+abcdefghijkl@in.studio.example>:",
        apple="Am 02.03.2026 um 09:30 schrieb Studio Noord <portal@studio.example>:",
        thunderbird="Am 02.03.26 um 09:30 schrieb Studio Noord:",
        name_first="Studio Noord <portal@studio.example> schrieb am Mo., 2. März 2026, 09:30:",
        yahoo="    Am Montag, 2. März 2026 um 09:30:12 MEZ hat Studio Noord <portal@studio.example> Folgendes geschrieben:",
        proton="Studio Noord <portal@studio.example> schrieb am Montag, 2. März 2026 um 09:30:",
        webmail="Studio Noord hat am 02.03.2026 09:30 CET geschrieben:",
        header=(
            "Von: Studio Noord <portal@studio.example>\nGesendet: Montag, 2. März 2026 09:30\n"
            "An: Ana Pereira <ana@acme.example>\nBetreff: Re: Zwei Entwürfe"
        ),
        separator="-----Ursprüngliche Nachricht-----",
        phone="Von meinem iPhone gesendet",
        outlook_phone="Outlook für iOS herunterladen",
        marker="##~ Bitte antworten Sie oberhalb dieser Zeile ~##",
    ),
}


def quoted(text: str) -> str:
    """Mark a text as quoted."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def paragraphs(text: str) -> str:
    """Write a text as the paragraphs of HTML that most programs write: a box for each line."""
    return "".join(f"<div>{line or '<br>'}</div>" for line in text.split("\n"))


def text_cases(code: str, tongue: Tongue) -> Iterator[Answer]:
    """Yield answers in text."""
    reply, original = tongue.reply, tongue.original
    for name, head in (
        ("gmail", tongue.gmail),
        ("gmail wrapped", tongue.gmail_wrapped),
        ("apple mail", tongue.apple),
        ("thunderbird", tongue.thunderbird),
        ("gmail on android", tongue.name_first),
        ("proton", tongue.proton),
        ("webmail", tongue.webmail),
    ):
        yield Answer(f"{name} {code}", f"{reply}\n\n{head}\n\n{quoted(original)}\n", reply)
    for name, head in (("yahoo", tongue.yahoo), ("gmail unmarked", tongue.gmail)):
        yield Answer(f"{name} {code}", f"{reply}\n\n{head}\n\n{original}\n", reply)
    header, rule = tongue.header, "_" * 32
    yield Answer(f"outlook {code}", f"{reply}\n\n{header}\n\n{original}\n", reply)
    yield Answer(f"outlook ruled {code}", f"{reply}\n{rule}\n{header}\n\n{original}\n", reply)
    yield Answer(f"outlook separated {code}", f"{reply}\n\n{tongue.separator}\n{header}\n\n{original}\n", reply)
    bold = "\n".join(f"*{line.partition(':')[0]}:*{line.partition(':')[2]}" for line in header.split("\n"))
    yield Answer(f"outlook bold {code}", f"{reply}\n\n{bold}\n\n{original}\n", reply)
    whole = quoted(f"{tongue.apple}\n\n{original}")
    phone = f"{reply}\n\n{tongue.phone}\n\n{whole}\n"
    yield Answer(f"iphone {code}", phone, reply, signature=tongue.phone)
    mobile = f"{reply}\n\n{tongue.outlook_phone}\n{rule}\n{header}\n\n{original}\n"
    yield Answer(f"outlook mobile {code}", mobile, reply, signature=tongue.outlook_phone)
    linked = tongue.outlook_phone.replace("iOS", "iOS<https://aka.ms/o0ukef>")
    mobile = f"{reply}\n\n{linked}\n{rule}\n{header}\n\n{original}\n"
    yield Answer(f"outlook mobile with an address {code}", mobile, reply, signature=linked)
    signed = f"{reply}\n\n-- \nAna Pereira\nAcme, 1012 AB\n\n{tongue.thunderbird}\n{quoted(original)}\n"
    yield Answer(f"signed {code}", signed, reply, signature="--\nAna Pereira\nAcme, 1012 AB")
    below = f"{tongue.thunderbird}\n{quoted(original)}\n\n{reply}\n\n-- \nAna\n"
    yield Answer(f"below {code}", below, reply, signature="--\nAna")
    whole = quoted(f"{tongue.marker}\n\n{original}")
    marked = f"{reply}\n\n{tongue.gmail}\n\n{whole}\n"
    yield Answer(f"marker {code}", marked, reply)
    yield Answer(f"marker alone {code}", f"{reply}\n\n{tongue.marker}\n\n{original}\n", reply)
    yield Answer(f"marker in outlook {code}", f"{reply}\n\n{header}\n\n{tongue.marker}\n{original}\n", reply)
    yield Answer(f"no quotation {code}", f"{reply}\n", reply)


def html_cases(code: str, tongue: Tongue) -> Iterator[Answer]:
    """Yield answers in HTML."""
    reply, original = paragraphs(tongue.reply), paragraphs(tongue.original)
    head = tongue.gmail.replace("<", "&lt;").replace(">", "&gt;")
    lines = [line.partition(":") for line in tongue.header.replace("<", "&lt;").replace(">", "&gt;").split("\n")]
    header = "<br>".join(f"<b>{name}:</b>{value}" for name, _, value in lines)
    bodies = {
        "gmail": (
            f'<div dir="ltr">{reply}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr"'
            f' class="gmail_attr">{head}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;'
            f'border-left:1px solid rgb(204,204,204);padding-left:1ex">{original}</blockquote></div>'
        ),
        "apple mail": (
            f'<html><body style="overflow-wrap: break-word;">{reply}<br id="lineBreakAtBeginningOfMessage"><div><br>'
            f'<blockquote type="cite"><div>{head}</div><br class="Apple-interchange-newline"><div>{original}</div>'
            "</blockquote></div><br></body></html>"
        ),
        "thunderbird": (
            f'<html><body>{reply}<br><div class="moz-cite-prefix">{head}<br></div><blockquote type="cite"'
            f' cite="mid:x@studio.example">{original}</blockquote></body></html>'
        ),
        "outlook on the web": (
            f'<div class="elementToProof">{reply}</div><div id="appendonsend"></div><hr style="display:inline-block;'
            f'width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">{header}</font>'
            f"<div>&nbsp;</div></div><div>{original}</div>"
        ),
        "outlook": (
            f'<div class="WordSection1">{reply}<p class="MsoNormal"><o:p>&nbsp;</o:p></p><div style="border:none;'
            'border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">'
            f"{header}<o:p></o:p></p></div>{original}</div>"
        ),
        "yahoo": (
            f'<div class="ydp1yahoo-style-wrap">{reply}</div><div id="yahoo_quoted_7331" class="yahoo_quoted">'
            f"<div>{head}</div><div>{original}</div></div>"
        ),
        "proton": (
            f'<div style="font-family: Arial;">{reply}</div><div class="protonmail_quote">{head}<br>'
            f'<blockquote class="protonmail_quote" type="cite">{original}</blockquote><br></div>'
        ),
        "gmx and web.de": (
            f'<html><body><div style="font-family: Verdana;">{reply}<div name="quote" style="margin:10px 5px 5px 10px;'
            f' border-left:2px solid #C3D9E5;"><div>{head}</div><div name="quoted-content">{original}</div></div></div>'
        ),
        "wp and onet": (
            f'<div>{reply}</div><div>{head}</div><blockquote style="margin-right: 0; border-left: 2px solid #ccc;'
            f' padding-left: 4px;">{original}</blockquote>'
        ),
        "seznam": f"{reply}<p>{head}</p><blockquote data-email='portal@studio.example'>{original}</blockquote>",
        "roundcube": (
            f'<body>{reply}<p id="reply-intro">{head}</p><blockquote type="cite" style="padding: 0 0.4em;'
            f' border-left: #1010ff 2px solid; margin: 0">{original}</blockquote></body>'
        ),
        "marker": f"{reply}<div>{head}</div><div>{tongue.marker}</div><div>{original}</div>",
    }
    for name, body in bodies.items():
        yield Answer(f"html {name} {code}", body, tongue.reply, html=True)


RULE: Final = "_" * 47
ODD: Final = (
    Answer("one word", "Ok\n\nOn Mon, Mar 2, 2026 at 9:30 AM Ana <a@b.example> wrote:\n> x\n", "Ok"),
    Answer("inline", "> Which day?\n\nFriday.\n\n> Which place?\n\nHere.\n", "Friday.\n\n\nHere."),
    Answer("begins with on", "On Monday I come.\nOn Tuesday too.\n", "On Monday I come.\nOn Tuesday too."),
    Answer(
        "speaks of somebody who wrote",
        "As Peter wrote: the roof is leaking.\n\nPlease come on 2 March 2026 at 09:30.\n",
        "As Peter wrote: the roof is leaking.\n\nPlease come on 2 March 2026 at 09:30.",
    ),
    Answer(
        "a list of fields that is no header",
        "To: do\nFrom: here\nis a joke, and this is\nall text.\n",
        "To: do\nFrom: here\nis a joke, and this is\nall text.",
    ),
    Answer(
        "sent from no telephone",
        "Sent from my desk, easier than my phone.\n",
        "Sent from my desk, easier than my phone.",
    ),
    Answer("dashes in a line", "Use it -- or not.\n\nBye\n", "Use it -- or not.\n\nBye"),
    Answer("only quoted", "> all of it\n> is quoted\n", "> all of it\n> is quoted"),
    Answer("only a signature", "-- \nAna Pereira\n", "--\nAna Pereira"),
    Answer(
        "only a head",
        "On 2 Mar 2026, at 09:30, Ana <a@b.example> wrote:\n",
        "On 2 Mar 2026, at 09:30, Ana <a@b.example> wrote:",
    ),
    Answer(
        "forwarded without a word",
        "-----Original Message-----\nFrom: x\n\ntext\n",
        "-----Original Message-----\nFrom: x\n\ntext",
    ),
    Answer("quoted line that was broken", "Yes.\n\n> " + "word " * 14 + "\nbroken\n> and on\n", "Yes."),
    Answer("old gmail", "Sí.\n\n2026-03-02 9:30 GMT+01:00 Studio Noord <portal@studio.example>:\n\n> x\n", "Sí."),
    Answer("zoho", "Fine.\n\n---- On Mon, 02 Mar 2026 09:30:00 +0100 Studio <p@s.example> wrote ----\n\nx\n", "Fine."),
    Answer("apple forward", "See below.\n\nBegin forwarded message:\n\nFrom: x\nSubject: y\n\nz\n", "See below."),
    Answer(
        "mailing list",
        f"Yes.\n\nOn 1/2/26 10:00, Bo wrote:\n> x\n\n{RULE}\nusers mailing list\n",
        "Yes.",
        signature=f"{RULE}\nusers mailing list",
    ),
    Answer("bullets", "Two things:\n- one\n- two\n\n> old\n", "Two things:\n- one\n- two"),
    Answer(
        "samsung",
        "Ja\n\nVon meinem Galaxy gesendet\n\n-------- Ursprüngliche Nachricht --------\nVon: x\n\ny\n",
        "Ja",
        signature="Von meinem Galaxy gesendet",
    ),
    Answer(
        "head in three lines",
        "Ok\n\nOn Mon, Mar 2, 2026 at 9:30 AM\nStudio Noord <portal@studio.example>\nwrote:\n> x\n",
        "Ok",
    ),
    Answer(
        "marker that a program wrapped", "Yes\n\n> ##~ Please write your\n> answer above this line ~##\n> text\n", "Yes"
    ),
    Answer("below the marker", "> ##~ Answer above ~##\n>\n> Which day?\n\nFriday.\n", "Friday."),
    Answer(
        "gmail indentation",
        "<div>As the law says:</div><blockquote style='margin:0 0 0 40px;border:none;padding:0px'><div>Paragraph 1</div></blockquote><div>Right?</div>",
        "As the law says:\nParagraph 1\n\nRight?",
        html=True,
    ),
    Answer(
        "own indentation",
        "<p>As the law says:</p><blockquote><p>Paragraph 1</p></blockquote><p>Right?</p>",
        "As the law says:\n\nParagraph 1\n\nRight?",
        html=True,
    ),
    Answer(
        "gmail signature",
        "<div>Yes</div><div><br></div><span class='gmail_signature_prefix'>-- </span><br><div class='gmail_signature'>Ana<br>Acme</div>",
        "Yes",
        html=True,
        signature="--\nAna\nAcme",
    ),
    Answer(
        "outlook signature",
        "<div>Yes</div><div id='Signature'><p>Ana Pereira</p></div><div id='appendonsend'></div><div>old</div>",
        "Yes",
        html=True,
        signature="--\n\nAna Pereira",
    ),
    Answer(
        "a table",
        "<table><tr><td>one</td><td>1</td></tr><tr><td>two</td><td>2</td></tr></table>",
        "one 1\ntwo 2",
        html=True,
    ),
)

CASES: Final = [
    *(case for code, tongue in TONGUES.items() for case in (*text_cases(code, tongue), *html_cases(code, tongue))),
    *ODD,
]
