"""
Whether text is the source of a program or a script, whatever its name says.

Each language is known by lines that prose, tables and logs do not have. One sign that only a program
gives is enough; else the share of such lines decides.
"""

import re

from sharekit.screening._openings import is_opening, is_said_to_be_program

__all__ = ["is_program"]

_LOOKED_AT, _LOOKED_AT_BELOW = 12 * 1024, 64 * 1024
_MOST_LINES, _MOST_LINES_BELOW = 120, 1500
_ENOUGH = 40
_LONGEST_LINE = 240

# At the very start of a text: no letter and no table begins so.
_BEGUN = re.compile(r"\s*(?:\#!|@echo\s|<\?(?:php|=)|<%|%!PS|\#\s*-\*-\s*coding|\#compdef|::\s*\[?cmd)", re.IGNORECASE)
# At the start of a line. The line break before it is looked for first, which is many times as fast.
_CERTAIN = re.compile(
    r"""\n[ \t]*(?:
        @?echo\s+off\s*$ | setlocal\b.*$ | goto\s*:\w+ | \#include\s*[<"][\w./+-]+[>"]
        | using\s+namespace\s+\w+; | package\s+main\s*$ | public\s+(?:static\s+)?(?:final\s+)?class\s+\w+
        | if\s+__name__\s*==\s*['"]__main__['"] | use\s+strict\b.*;
        | '?use\s+strict'; | Option\s+Explicit\s*$ | On\s+Error\s+Resume\s+Next | Attribute\s+VB_Name
        | (?:Private\s+|Public\s+)?Sub\s+\w+\s*\(.*\)\s*$ | Set-ExecutionPolicy\b | \[CmdletBinding\(
        | Windows\ Registry\ Editor\ Version | REGEDIT4\s*$ | \[InternetShortcut\] | \[Desktop\ Entry\]
        | \[autorun\]\s*$ | \#requires\s+-
    )""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
# Anywhere.
_CALLS = re.compile(
    r"""\b(?:WScript\.(?:Shell|CreateObject|Echo|Quit)|CreateObject\s*\(\s*["']|ActiveXObject\s*\(|Invoke-Expression
        |Invoke-WebRequest|DownloadString\(|FromBase64String\(|ShellExecute|Start-Process\s|powershell(?:\.exe)?\s+-\w
        |System\.out\.print|document\.(?:write|getElementById|cookie|createElement)\s*[(=.]|\$_(?:GET|POST|SERVER)\[
        |addEventListener\s*\(|module\.exports\s*=|console\.log\s*\(|os\.system\s*\(|subprocess\.\w+\(
        |/bin/(?:ba|z|da|k)?sh\s+-\w|/dev/tcp/)""",
    re.IGNORECASE | re.VERBOSE,
)
# A part of each of them: most texts have none, and looking for plain words takes a tenth of the time.
_WORDS_OF_CALLS = (
    "wscript.",
    "createobject",
    "activexobject",
    "invoke-",
    "downloadstring(",
    "frombase64string(",
    "shellexecute",
    "start-process",
    "powershell",
    "system.out",
    "document.",
    "$_",
    "addeventlistener",
    "module.exports",
    "console.log",
    "os.system",
    "subprocess.",
    "/bin/",
    "/dev/tcp/",
)

# Lines as they stand in programs.
_LINES = re.compile(
    r"""^\s*(?:
        (?:async\s+)?def\s+\w+.*[:)(,]\s*$ | class\s+\w+.*[:{]\s*$ | (?:class|module)\s+[A-Z]\w*(?:\s*<.*)?\s*$
        | from\s+[\w.]+\s+import\s.* | import\s+[\w.*{}\ ,"'@/-]+(?:\s+as\s+\w+)?;?\s*$ | from\s+['"].*
        | (?:if|elif|for|while|with|try|except|else|finally)\b.*[:{]\s*(?:\#.*)?$ | return(?:\s+[\w.]+)?\s*$
            | return\b.*[;)\]}'"]\s*$ | yield\b.*[)\]]$
        | (?:print|echo|puts|printf|alert|eval|exec|require|include|import|console\.\w+|System\.\w+)\s*\(.*
        | (?:var|let|const|local|my|our|val|auto|static|extern|dim|redim|global)\s+[\w$@%{\[(].*
        | (?:export\s+)?(?:default\s+)?(?:async\s+)?function\b.*[({].* | \w+\s*=\s*function\b.* | .*=>\s*[{(\w\[].*
        | .*[{}]\s*(?://.*|/\*.*|\#.*)?$ | .*(?:\(.*\)|[{}=\[\]$<>\\]).*;\s*(?://.*|/\*.*|\#.*)?$ | [\w.]+;\s*$
            | [})\]]+[;,)]*\s*$ | end[;,]?\s*$ | (?:fi|done|esac|then|do|begin)\s*;?\s*$
        | \#\s*(?:include|define|undef|if|ifdef|ifndef|endif|else|elif|pragma|import|error)\b.*
        | (?://|/\*|\*/|--\[\[|"{3}|'{3}|\(\*|;;;|%%?\s*--).* | @\w+(?:\(.*\))?\s*$
        | (?:exec|sudo|chmod|chown|mkdir|rm|cp|mv|cd|cat|grep|sed|awk|curl|wget|apt(?:-get)?|pip|npm|git|test|trap|set
            |source|shift|unset|exit|alias|readonly)\s+[-$"'./~{+0-9].* | (?:export|local|readonly)\s+\w+=.*
        | \w+=(?:\$|"|'|`|\().* | \[\[?\s.*\]\]?.* | \$[a-z_{].* | .*\$\(.*\).*
            | .*\|\s*(?:grep|sed|awk|sort|head|xargs)\b.*
        | (?:rem|pause|pushd|popd|endlocal|exit\s+/b)\b.* | (?:goto|call)\s+:?[\w.%"\\]+\s*$
        | (?:start|copy|del|xcopy|reg|taskkill|ping|net)\s+["/%\\-].*
        | (?:if\s+(?:not\s+)?(?:exist|errorlevel|defined|"%|%)|for\s+/?\w?\s*%%).* | .*%~?\w+%.* | :\w+\s*$
        | \$\w+\s*[-+.*/|]?=.*
            | (?:Get|Set|New|Write|Add|Remove|Import|Export|Start|Stop|Out|Select|Where|ForEach|Test)-\w+.*
        | param\s*\(.* | function\s+[\w:-]+.* | .*\s-(?:eq|ne|lt|gt|like|match|and|or)\s.*
        | (?:private|public|protected|internal|friend)\s+\w+.*
            | (?:end|exit)\s+(?:sub|function|if|with|select|property|class|while|module).*
        | (?:sub|function|property\s+(?:get|let|set)|class|module|namespace|using|package|interface|struct|enum
            |type|impl|trait|mod
            |fn|func|pub|use|unsafe|procedure|program|unit|uses|subroutine|implicit|integer|real|call
            |begin)\s+[\w.:"'&*({<].*[\w);{:,"'>]\s*$
        | set\s+[/\w]+\s*=.* | select\s+case\b.* | loop\b.* | next\s*\w*\s*$ | wend\s*$
        | (?:require|load|require_relative|include|extend|attr_\w+|gem)\s+['":\w].* | .*\bdo\s*(?:\|.*\|)?\s*$
            | .*\.each\b.*
        | (?:sub|use|package|no)\s+[\w:]+.*[;{] | [@%]\w+\s*=.* | .*=~.*
        | (?:select|insert\s+into|create\s+(?:or\s+replace\s+)?(?:table|view|index|function|procedure|trigger
            |database)|drop\s+table|alter\s+table|update\s+\w+\s+set|delete\s+from)\b.* | go\s*$
        | \(?(?:define|defun|defvar|defmacro|setq|let\*?|lambda|ns|require|provide)[\s(].* | \(.*\)+\s*$
        | [\w.$\[\]'"->]+\s*(?:\+|-|\*|/|\|\||&&|:|<<)?=\s*[\w"'\[({$@-].*[\w)\]}"';,]\s*$
            | [\w.$:>-]+\(.*\)\s*[;:]?\s*$
        | [.\#]?[\w-]+(?:[\s,>+~.:\#\[][^{}]*)?\{\s*$ | [\w-]+\s*:\s*[^;{}]+;\s*$ | <-.* | \w+\s*<-\s.* | -\w+\(.*
        | (?:proc|namespace\s+eval|foreach|puts|upvar)\s.*
            | (?:FROM|RUN|CMD|COPY|ENV|WORKDIR|ENTRYPOINT|EXPOSE)\s+\S.*
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
# A line of words alone is one of a program only by what it begins or ends with. Most lines of most texts are such.
_PLAIN = re.compile(r"[ \t]*([a-z0-9_]+)(?:[.,!?]?[ \t]+[a-z0-9_]+)*[.,!?]?[ \t]*", re.IGNORECASE | re.ASCII)
_OF_LINES = frozenset(re.findall(r"[a-z_]+", _LINES.pattern.lower()))
_BEGUN_BY = ("attr_", "next")  # in one word with what follows
_BLOCK_COMMENT = re.compile(
    r"/\*.*?\*/|<!--.*?-->|^<\#.*?\#>|^\#\[(=*)\[.*?\]\1\]|^\{-.*?-\}|^=begin\b.*?^=end\b",
    re.DOTALL | re.MULTILINE,
)
_SIGNS_OF_COMMENTS = ("/*", "<!--", "<#", "#[", "{-", "=begin")
_FENCED = re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1|^(?: {4}|\t).*?$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
_MARKS = re.compile(r"^(?:#{1,6} +\S|```|~~~|[-*+] +\S|\d+\. +\S|={3,}\s*$|-{3,}\s*$|> )|\]\(", re.MULTILINE)
_CODE_SIGNS = re.compile(r"[{}()$]|(?<![=<>])[=<>](?![=<>])")
_COMMENT = re.compile(r"^\s*(?:#|//|--|'|;|%|rem\b|\"|!(?!function|\()|\.\\\")", re.IGNORECASE)
# What a person may write as well ("my passport", "let me know", "from Ana"): words alone, and no shouting.
_WORD = r"[^\W_]+(?:['\u2019-][^\W_]+)*"
_WORDS = re.compile(rf"\s*(?![A-Z]{{3,}}\b)(?!end\s|import\s+\w+\s*$)(?:{_WORD}[,.!?:]?\s+)+{_WORD}[.!?]?\s*$")
_SHARE = 0.5
_SHARE_IF_DENSE, _DENSE = 0.3, 0.025
_PACKED = 0.06  # the signs in programs that were packed into one line
_FEW = 4
_SHORT = 12


def is_program(text: str, *, marked: bool = False, tabular: bool = False) -> bool:
    """
    Whether this beginning of a text is that of a program.

    Args:
        text: The beginning.
        marked: Whether it may quote programs as Markdown does.
        tabular: Whether its lines are rows of the same width; then only a certain sign counts.
    """
    whole, text = text, text[:_LOOKED_AT]
    marked = marked and _MARKS.search(text) is not None
    if marked:
        text = _FENCED.sub("", text)
    if _is_certain(text) or (not tabular and not marked and is_said_to_be_program(text)):
        return True
    return not tabular and _has_lines_of_program(whole, text, marked=marked)


def _is_certain(text: str) -> bool:
    if _BEGUN.match(text) or _CERTAIN.search("\n" + text):
        return True
    # Beyond ASCII there are letters that are a small one in another way.
    small = text.lower() if text.isascii() else None
    if small is not None and not any(word in small for word in _WORDS_OF_CALLS):
        return False
    return _CALLS.search(text) is not None


def _has_lines_of_program(whole: str, text: str, *, marked: bool) -> bool:
    bare = _without_comments(text)
    if len(bare) * 2 < len(text):
        return True
    lines, told = _told(bare, _MOST_LINES)
    if len(told) < _ENOUGH:
        # Much of it is a licence, or says what comes: the program itself stands further below.
        below = whole[:_LOOKED_AT_BELOW]
        below = _without_comments(_FENCED.sub("", below) if marked else below)
        told = _told(below, _MOST_LINES_BELOW)[1][:_MOST_LINES]
    if not told:
        return bare.lstrip().startswith("//")
    if is_opening(told[0]):
        return True
    share = 0 if _are_words(told) else _share_of_lines(told)
    if share >= (0.75 if len(told) < _FEW else _SHARE):
        return True
    is_packed = len(bare) > _LONGEST_LINE * len(lines) and ";" in bare
    if share < _SHARE_IF_DENSE and not is_packed:
        return False
    signs = len(_CODE_SIGNS.findall(bare)) / max(len(bare), 1)
    return (signs > _DENSE and share >= _SHARE_IF_DENSE) or (signs > _PACKED and is_packed)


def _are_words(told: list[str]) -> bool:
    """Say whether a short text has no line of a program that a person might not write as well."""
    alike = (line for line in told if len(line) < _LONGEST_LINE and _is_of_program(line))
    return len(told) < _SHORT and all(_WORDS.match(line) for line in alike)


def _share_of_lines(told: list[str]) -> float:
    """Return which share of the lines is of a program; 0 once too few of them can be for any verdict."""
    share, left = 1.0, len(told)
    for line in told:
        if len(line) >= _LONGEST_LINE or not _is_of_program(line):
            left -= 1
            share = left / len(told)
            if share < _SHARE_IF_DENSE:
                return 0
    return share


def _is_of_program(line: str) -> bool:
    return not _is_plain(line) and _LINES.match(line) is not None


def _is_plain(line: str) -> bool:
    """Say whether a line has nothing but words, and none at its ends that stands in programs; it takes a tenth."""
    words = _PLAIN.fullmatch(line)
    if words is None:
        return False
    first = words[1].lower()
    return first not in _OF_LINES and not first.startswith(_BEGUN_BY) and not line.rstrip().lower().endswith("do")


def _without_comments(text: str) -> str:
    has_some = any(sign in text for sign in _SIGNS_OF_COMMENTS)  # most have none
    return _BLOCK_COMMENT.sub("", text) if has_some else text


def _told(text: str, most: int) -> tuple[list[str], list[str]]:
    """Return the first lines that are not blank, and those of them that are no comments."""
    lines = [line for line in text.splitlines()[:most] if line.strip()]
    return lines, [line for line in lines if not _COMMENT.match(line)]
