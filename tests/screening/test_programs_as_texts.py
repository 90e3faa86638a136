"""Programs, keys and mails under the names of texts: told by how they open, however long the comments before it."""

import base64
import random

import pytest

from tests.screening._files import reason

LICENCE = "\n".join(
    f"{{0}} Line {number} of the terms under which this may be copied, and nothing else." for number in range(150)
)
KEY = base64.encodebytes(random.Random(7).randbytes(900)).decode()  # noqa: S311  no key, but as long as one

PROGRAMS = {
    "python": ("#", "from .things import thing\n\nthing.name = 'x'\nplain words\nmore of them\nand more\n"),
    "python-docstring": ("", '"""\nWhat this module does in one sentence.\n"""\n'),
    "ruby": ("#", "module Observable\n  VERSION = '1'\nplain words\nmore of them\nand more\n"),
    "perl": ("#", "return <<'END';\nV52\n2364\n2365\nEND\n"),
    "javascript": ("//", 'searchState.loaded("Cl[9490,13,9491,0,4886,1748,0,0"\n)'),
    "javascript-packed": ("", "/*! by somebody */!function(){if(a)b()}();"),
    "c": ("", "#ifndef HAVE_THIS_H\n#define HAVE_THIS_H\n#endif\n"),
    "c++": ("", "// -*- C++ -*-\nplain words\nmore of them\nand more\n"),
    "vim": ('"', 'if exists("b:current_syntax")\n  finish\nendif\nsome words\nmore words\nand more words\n'),
    "sql": ("--", "CREATE EXTENSION hstore;\nsome words\nmore words\nand more words\neven more\n"),
    "cobol": ("", "       IDENTIFICATION DIVISION.\n       PROGRAM-ID. RENT.\n       some words\n       more words\n"),
    "basic": ("", "10 REM RENT\n20 GOSUB 1000\n30 some words\n40 more words\n50 even more\n"),
    "assembler": (";", "section .data\nsome words\nmore words\nand more words\neven more\n"),
    "haskell": ("", "{-\nsome words\n-}\nmodule Main where\nsome words\nmore words\nand more\neven more\n"),
    "shell": ("#", "set -e\ngit clone here\nsome words\nmore words\nand more\n"),
    "cmake": ("#", "cmake_minimum_required(VERSION 3.0)\nsome words\nmore words\nand more\neven more\n"),
}
NO_PROGRAMS = (
    "import duties and taxes are for the buyer.\nWe pay the rest.\n",
    "select one of the flats from the list below, please\nand send it back\n",
    "Create table reservations for Friday\nand two for Sunday\n",
    "10 print cartridges\n5 input devices\n3 for Anna\n12 rem. items\n",
    "open Monday\nclosed Sunday\nby appointment else\nring twice\n",
    "class Reunion of 1998, the list\nAnna\nBob\nCarl\n",
    "package contents\none lamp\ntwo screws\none manual\n",
    "global warming and what it means for the roof\nIt gets warmer.\n",
    "if (and only if) the rent is paid, the flat is let\nElse it is not.\n",
    "for (name of the tenant)\nfrom (name of the landlord)\nwe confirm the lease.\nIt begins in May.\n",
    "'''Minutes''' of the meeting\nAnna was there.\nBob was not.\n",
    "From: Anna Müller\nSent: Monday, 3 March 2026 10:00\nTo: Bob\nSubject: Rent\n\nDear Bob,\nit is paid.\n",
    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe rent is paid.\n-----BEGIN PGP SIGNATURE-----\n",
    "# Rent\n# Paid in May\nnothing is owed\n",
    "graph of the rent over the years, see page 3\nIt went up.\n",
    "Index: 3\nMay: 4\nJune: 5\nJuly: 6\n",
    "my passport\n",
    "My name is Ana.\n",
    "let me know\nfrom Ana",
    "Use the front door, please.\n",
    "Class list 2026\n",
    "select a colour from the list\n",
    "local food\nexit 5\n",
    "my passport\nmy id card\nmy lease\nmy photo\n",
)
FORMATS = {
    "key": "-----BEGIN RSA PRIVATE KEY-----\n" + KEY + "-----END RSA PRIVATE KEY-----\n",
    "certificate": "# Issuer: somebody\n-----BEGIN CERTIFICATE-----\n" + KEY + "-----END CERTIFICATE-----\n",
    "base64": KEY,
    "catalogue": '# Translations\nmsgid ""\nmsgstr ""\n"Language: nl\\n"\n',
    "graph": "// drawn by hand\ngraph {\n  anna -- bob;\n}\n",
    "graph-commented": "/* one */ /* two */ /* three */\ndigraph rents {\n  anna -> bob;\n}\n",
    "patch": "--- a/rent.c\n+++ b/rent.c\n@@ -1 +1 @@\n-one\n+two\n",
    "mail": "From: ana@x.test\nTo: bob@x.test\nDate: Tue, 01 Oct 2024 12:34:56 -0500\nSubject: Rent\n\nIt is paid.\n",
    "mail-iso": "Date: 2025-07-29T12:42:06.000Z\nFrom: ana@x.test\nSubject: Rent\n\nIt is paid.\n",
    "mail-bare": "From: ana@x.test\nTo: bob@x.test\nSubject: Rent\n\nIt is paid.\n",
    "picture": "RIFF0000WEBP" + "0" * 300,
}


@pytest.mark.parametrize("language", sorted(PROGRAMS))
def test_a_program_is_told_by_its_opening(language: str) -> None:
    """With and without a long licence in its comments, the line that it opens with gives it away."""
    sign, program = PROGRAMS[language]
    commented = LICENCE.format(*[sign]) + "\n\n" + program if sign else program

    assert reason("a.txt", program.encode()) == "executable"
    assert reason("a.log", commented.encode()) == "executable"


@pytest.mark.parametrize(
    "text", ["import thing\n", "DROP TABLE rents\n", "my $rent\n", "begin\nend\n", "end module rents\n"]
)
def test_a_program_of_few_words_is_told(text: str) -> None:
    """A line or two may be a program too, where a person would not write so."""
    assert reason("a.txt", text.encode()) == "executable"


@pytest.mark.parametrize("text", NO_PROGRAMS)
def test_words_that_languages_use_too_are_words(text: str) -> None:
    """A list, a heading or a letter may begin with the word that a language has, and is taken."""
    assert reason("a.txt", text.encode()) is None


@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_formats_that_are_written_in_text_are_told(kind: str) -> None:
    """Keys, packed bytes, mails and drawings are refused as what they are, under each name of a text."""
    assert {reason(name, FORMATS[kind].encode()) for name in ("a.txt", "a.csv", "a.md")} == {"not-what-it-says"}


def test_nothing_but_blanks_is_empty() -> None:
    """A text in which nothing is to be seen says nothing, or is a program in a language of blanks."""
    assert reason("a.txt", b" \t\n\n\t \n") == "empty"
    assert reason("a.csv", b"\xef\xbb\xbf\r\n") == "empty"
    assert reason("a.js.txt", b"// nothing but this\n") == "executable"


def test_many_comments_take_no_long_time() -> None:
    """A text of nothing but comments is judged at once, whatever the ways to take them apart."""
    for text in ("/* a */ " * 4000, "# a\n" * 9000, "//\n" * 9000, "/* a */" * 4000 + "digraph", "-" * 90_000):
        assert reason("a.txt", text.encode()) in {None, "executable", "not-what-it-says"}
