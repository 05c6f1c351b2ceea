"""Helpers of the checks that read this repository's sources."""

import pathlib
import re

PRODUCT = ("circuitbreaker", "stockclient", "service")

_SKIPPED = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL,
)


def source_files(root: pathlib.Path, folders, suffixes=(".h", ".cc")) -> list[pathlib.Path]:
    """Sorted paths, relative to `root`, of the files below `folders` with one of these suffixes."""
    return sorted(
        path.relative_to(root) for folder in folders for path in (root / folder).rglob("*") if path.suffix in suffixes
    )


def without_comments_and_strings(text: str) -> str:
    """Replaces comments and literals with spaces, so that line numbers are kept."""
    return _SKIPPED.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
