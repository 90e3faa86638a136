"""
Text whose lines were broken for sending (RFC 3676), joined again.
"""

__all__ = ["unflowed"]


def unflowed(text: str, *, del_sp: bool) -> str:
    """
    Return a text of ``format=flowed`` with its paragraphs in one line each.

    Args:
        text: With LF at the end of lines.
        del_sp: Whether the space before a soft break belongs to the break.
    """
    lines: list[str] = []
    pieces: list[str] = []
    depth = 0
    for raw in text.split("\n"):
        quotes, line = _quotes(raw)
        if pieces and (quotes != depth or line == "-- "):
            lines.append(_marked(depth, "".join(pieces)))
            pieces = []
        depth = quotes
        if line.endswith(" ") and line != "-- ":
            pieces.append(line[:-1] if del_sp else line)
        else:
            lines.append(_marked(depth, "".join([*pieces, line])))
            pieces = []
    if pieces:
        lines.append(_marked(depth, "".join(pieces)))
    return "\n".join(lines)


def _quotes(line: str) -> tuple[int, str]:
    rest = line.lstrip(">")
    return len(line) - len(rest), rest.removeprefix(" ")


def _marked(depth: int, line: str) -> str:
    return f"{'>' * depth} {line}" if depth else line
