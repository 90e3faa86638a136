"""
The line that a program opens with, after its comments: no letter, list or report begins so.

What could be the first words of a person too ("import duties", "select one from the list", "10 print cartridges")
counts only with the signs that a language asks for.
"""

import re

__all__ = ["is_opening", "is_said_to_be_program"]

_LONGEST = 400
_IMPORTS = r"""
    from\s+\.*[\w.]*\s+import\s+[\w(*] | import\s+\w+(?:\.\w+)+(?:\.\*)?(?:\s+as\s+\w+)?\s*;?$
    | import\s+\w+\s*(?:;|as\s+\w+)$ | import\s+(?:static|qualified|type)\s+\w | import\s*(?:[{*(]|["'][^"']+["']\s*;?$)
    | import\s+(?:abc|argparse|collections|copy|datetime|io|json|logging|math|os|random|re|socket|subprocess|sys|time)$
    | require(?:_relative)?[\s(]+["'] | (?:use|using|with|uses|include)\s+[\w.:\\]+\s*; | (?:\.|source)\s+[<$/~]
    | open\s+(?:System|[A-Z]\w*(?:\.[A-Z]\w*)+)$
"""
_NAMES = r"""
    module\s+(?:[\w:.]+\s+where\b|[A-Z][\w:.]*(?:\s*[=({;].*)?$)
    | (?:package|namespace|program|unit|library)\s+[\w:.\\]+\s*[;{(]
    | namespace\s+(?:eval\s+\S+|[\w:.]+$) | package\s+(?:main$|\w+(?:\.\w+)+$|ifneeded\b|provide\b)
    | (?:(?:public|private|internal|abstract|final|sealed|static|export|default|data|case|partial)\s+)*
        (?:class|interface|struct|trait|enum|object|record)\s+[A-Z]\w*(?:::\w+)*
        (?:\s*[<({:].*|\s+(?:extends|implements)\s.*)?$
    | template\s*< | typedef\s | extern\s+(?:"|\w+$) | @(?:interface|implementation|protocol|end|import)\b
    | (?:static\s+|inline\s+)*(?:int|void|char|float|double|bool)\s+\**\w+\s*[(=;\[]
"""
_STATEMENTS = r"""
    (?:async\s+)?(?:def|function|func|fn|fun|sub|proc)\s+[\w.:!?]+\s*[({] | procedure\s+\w+\s*[;(] | begin$ | BEGIN\s*\{
    | (?:var|let|const|local|my|our)\s+[\w$@%{(\[][^.!?]*= | let\s+[\w:&@$.\#]+\s*= | [@$%]\w[\w:{}'"\[\]]*\s*=
    | [\w.$]+\s*=\s*(?:[\[{]|function\b|require\b|\$|new\s) | [\w.$\[\]'"]+\s*=[^=].*;$ | [a-z]\w*\s*::\s*[\w\[(]
    | (?:if|while|for|switch)\s*\([^()]*[=<>!;$] | (?:if|option|include|message|project)\(\S | if\s+\{
    | (?:set|macro|function|foreach)\s?\(\S | (?:cmake_minimum_required|find_\w+|add_\w+|target_\w+)\s*\(
    | \+\{$ | [!;(]*\(?function\b\s*\w*\( | \(\(?\)?\s*=> | [\w$.]+\((?:["'\[{]|function\b|\(\))
    | return\s+(?:<<|[\[{(])
    | def\s+[a-z_]\w*[?!]?$ | set\s+-[eux]+\b | \w+\s*\(\)\s*\{ | if\s+\[\[?\s+[-!"$]
    | for\s+\w+\s+in\s.*;\s*do\b | export\s+\w+=
    | @(?:rem|echo|python|call|set|if|start|cd|cls|title|powershell)\b
    | \((?:define|defun|defvar|defmacro|defmodule|defpackage|in-package|ns|use-modules|module|require|setq|let|eval-when
        |eval-and-compile|progn|defsystem|provide)\b
"""
_MACROS = r"""
    dnl\b | (?:m4_)?(?:define|divert|changequote|undefine|ifdef|ifelse)\( | A[CMX]_[A-Z_]+(?:\(|$)
    | if\s+(?:exists\s?\(|has\(|version\s*[<>]|v:|&\w|!\s*exists) | runtime!?\s+\w+/ | packadd\s\w+$ | scriptencoding\s
    | syn(?:tax)?\s+(?:match|keyword|region|case|clear|include|cluster)\b | set\s+(?:nocompatible$|\w+=\w+$)
    | hi(?:ghlight)?\s+(?:def(?:ault)?\s+)?(?:link\s+\w+\s+\w+|clear)$ | [ictvnx]?(?:un|nore)map\s+\S
    | (?:section|segment)\s+\.\w+ | \.(?:text|data|bss|globl|global|section|intel_syntax|file|align)\b
    | global\s+_\w+$ | bits\s+(?:16|32|64)$
    | /\w+\s+(?:[\[{(<]|.*\b(?:def|dict|array|exch|bind)\b) | \w+dict\s+begin
    | \d+\s+(?:REM\b|DIM\s+\w+%?\(|LET\s+\w+[$%]?\s*=|PRINT\s*["(;]|GO(?:TO|SUB)\s+\d|INPUT\s+(?:"|\w+[$%])|POKE\s+\d
        |FOR\s+\w+\s*=|[A-Z]{1,2}[$%]?\s*=)
"""
_WHATEVER_CASE = r"""
    create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+|unique\s+)?
        (?:table|view|function|index|trigger|extension|operator|aggregate|procedure|database|sequence)\s+
        (?:if\s+not\s+exists\s+\S | [\w"`.]*[\w"`<>=~@\#&|*%+-]+\s*(?:\(|;|as\b) | [\w"`]*[._"`][\w"`.]*$)
    | (?:alter|drop)\s+(?:table|view|function|index|trigger|extension|operator|database|sequence|schema)\s[^.!?]*;$
    | drop\s+\w+\s+if\s+exists\s | insert\s+into\s+\S+\s*(?:\(|values\b|select\b)
    | select\s+(?:\*|distinct\s|\w+\()[^.!?]*\sfrom\b | select\s[^!?]*\sfrom\s[^!?]*;$
    | (?:begin|commit|use\s+\w+|set\s+\w+\s*=.*)\s*;$ | \\(?:echo|set|connect|i|c|ir)\s | delimiter\s+(?:\$\$|//|;;)
    | subroutine\s+\w+\s*(?:\(|$) | block\s+data\s+\w+$ | (?:\d{6}\s)?\s*(?:identification|id)\s+division\s*\.
"""
_OPENINGS = re.compile(
    rf"\s*(?:{_IMPORTS}|{_NAMES}|{_STATEMENTS}|{_MACROS}|(?i:{_WHATEVER_CASE}))",
    re.VERBOSE,
)

# What a program says of itself, to an editor or a tool, in its first lines.
_MODES = (
    r"c\+\+|c|objc|python|perl|cperl|ruby|tcl|shell-script|sh|(?:emacs-)?lisp|scheme|makefile|autoconf|m4|cmake|java|js"
    r"|javascript|fortran|f90|ada|sql|awk|lua|rust|haskell|tuareg|erlang|pascal|verilog|vhdl|postscript|ps"
)
_TEXTS = r"help|text|txt|markdown|rst|asciidoc|mail|conf"
_SAID = re.compile(
    rf"""^\W{{0,4}}.*-\*-(?:\s*|.*\bmode:\s*)(?:{_MODES})\s*(?:;.*)?-\*-
    | ^\#\s*frozen_string_literal: | ^\#\s*shellcheck\s | ^/\*\s*(?:eslint|jshint|global)\b
    | ^\W{{1,4}}vim?:.*\b(?:ft|filetype|syntax)=(?!{_TEXTS})
    | \A\s*(?:\#[^\n]*\n\s*)*[rRuUbB]?\"{{3}} | \A(?:\s*//[^\n]*\n){{4}}
    | ^\#(?:ifn?def|if\s+!?defined|define|pragma)\s+(?-i:[A-Z_]\w*|once\b)""",
    re.MULTILINE | re.VERBOSE | re.IGNORECASE,
)
_HEAD = 1500


def is_opening(line: str) -> bool:
    """Whether a program opens with this line."""
    return _OPENINGS.match(line[:_LONGEST]) is not None


def is_said_to_be_program(text: str) -> bool:
    """Whether the first comments are those of a program."""
    return _SAID.search(text[:_HEAD]) is not None
