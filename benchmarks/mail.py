"""
Reading mail, and cutting the reply out of it, against growing input.

What is shown is the processor time for each size and the factor to the size before; each size is four times the one
before, so that about 4 is linear and 16 is quadratic. Where the two public reply parsers are installed
(mail-parser-reply, email-reply-parser) they are given the same texts, up to a size at which they still end.

    python3 dev.py bench mail [--repeat 3] [--largest 4194304]
"""

import argparse
import importlib
import importlib.util
import itertools
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from sharekit.errors import MailRefusedError
from sharekit.mail.inbound import parse_mail
from sharekit.mail.replies import extract_reply

HEAD: Final = b"From: Ana <ana@acme.example>\r\nTo: x@in.studio.example\r\nSubject: s\r\n"
HTML: Final = HEAD + b"Content-Type: text/html; charset=utf-8\r\n"
PLAIN: Final = "On Mon, Mar 2, 2026 at 9:30 AM Ana Pereira\n"
HEADING: Final = "On Mon, Mar 2, 2026 at 9:30 AM Ana <a@b.example> wrote:\n> x\ny\n"
SMALLEST: Final = 16 * 1024
RIVAL_LIMIT: Final = 5.0  # seconds; a rival that needed more is not given the next size

MAILS: dict[str, Callable[[int], bytes]] = {
    "lines of text": lambda size: HEAD + b"\r\n" + b"some words in a line\r\n" * (size // 22),
    "blank lines": lambda size: HEAD + b"\r\n" + b"\r\n" * (size // 2),
    "one line": lambda size: HEAD + b"\r\n" + b"x" * size,
    "quote marks in one line": lambda size: HEAD + b"\r\n" + b">" * size,
    "base64": lambda size: HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUJD\r\n" * (size // 6),
    "a folded header": lambda size: HEAD + b"X: y\r\n" + b" y\r\n" * (size // 4) + b"\r\nx",
    "HTML boxes": lambda size: HTML + b"\r\n" + b"<div>x" * (size // 6),
    "HTML paragraphs": lambda size: HTML + b"\r\n" + b"<p>some words</p>" * (size // 17),
    "HTML fonts": lambda size: HTML + b"\r\n" + b"<font color=1><p>x" * (size // 18),
    "HTML comments": lambda size: HTML + b"\r\n" + b"<!--" * (size // 4),
    "20 levels": lambda size: HEAD + levels(20) + b"some words in a line\r\n" * (size // 22),
}
TEXTS: dict[str, Callable[[int], str]] = {
    "quoted lines": lambda size: "Yes.\n\n" + "> some words in a line\n" * (size // 23),
    "quote marks in one line": lambda size: ">" * size,
    "headings": lambda size: HEADING * (size // len(HEADING)),
    "headings without an end": lambda size: PLAIN * (size // len(PLAIN)),
    "fields": lambda size: "From: x\n\n\nSent: y\n" * (size // 18),
    "rules": lambda size: ("_" * 40 + "\n\n") * (size // 42),
    "blank lines": lambda size: "\n" * size,
    "words": lambda size: "a " * (size // 2),
}


def levels(depth: int) -> bytes:
    """Return the heads of multiparts in multiparts."""
    one = b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n'
    return b"".join(one % (number, number) for number in range(depth)) + b"\r\n"


def fastest(work: Callable[[], object], repeat: int) -> float:
    """Return the seconds of the fastest of several runs."""
    times: list[float] = []
    for _ in range(repeat):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def show(name: str, times: list[float]) -> None:
    """Print the times of one shape and the factors between them."""
    factors = [f"{later / earlier:5.1f}" for earlier, later in itertools.pairwise(times)]
    print(f"  {name:26}" + "".join(f"{seconds * 1000:10.1f}" for seconds in times) + "   x" + " ".join(factors))


def parsed(raw: bytes) -> None:
    """Read one mail; being refused is an answer too."""
    try:
        parse_mail(raw)
    except MailRefusedError as refused:
        print("   ", refused)


def rivals() -> dict[str, Callable[[str], object]]:
    """Return the public parsers that are installed."""
    found: dict[str, Callable[[str], object]] = {}
    for title, module in (("mail-parser-reply", "mailparser_reply"), ("email-reply-parser", "email_reply_parser")):
        if importlib.util.find_spec(module) is None:
            print(f"  ({title} is not installed)")
            continue
        parser: Any = importlib.import_module(module).EmailReplyParser  # they have no types
        if title == "mail-parser-reply":
            found[title] = parser(languages=["en", "nl", "es", "pl", "de"]).parse_reply
        else:
            found[title] = parser.parse_reply
    return found


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").strip().split("\n", maxsplit=1)[0])
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--largest", type=int, default=4 * 1024 * 1024)
    chosen = options.parse_args()
    sizes = [size for size in (SMALLEST * 4**step for step in range(8)) if size <= chosen.largest]
    print("milliseconds for", ", ".join(f"{size // 1024} KiB" for size in sizes))
    print("reading a mail")
    for name, make in MAILS.items():
        mails = [make(size) for size in sizes]
        show(name, [fastest(partial(parsed, raw), chosen.repeat) for raw in mails])
    print("cutting the reply out (256 KiB are looked at)")
    within = [size for size in sizes if size <= 256 * 1024]
    for name, text in TEXTS.items():
        show(name, [fastest(partial(extract_reply, text(size)), chosen.repeat) for size in within])
    for title, parser in rivals().items():
        print(f"the same by {title}, from 2 KiB")
        for name, text in TEXTS.items():
            times: list[float] = []
            for size in (2048, 8192, 32768, 131072):
                times.append(fastest(partial(parser, text(size)), 1))
                if times[-1] > RIVAL_LIMIT / 16:
                    break
            show(name, times)


if __name__ == "__main__":
    main()
