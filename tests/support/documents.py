"""The Markdown documents of the repository, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_COMMAND = re.compile(r"(?:^|[\s(/])kustui ([^\n#>)]*)", re.MULTILINE)


@dataclass(frozen=True)
class Document:
    path: Path

    @property
    def name(self) -> str:
        """Its path from the top of the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """Its text without code blocks."""
        return _FENCE.sub("", self.text)

    def blocks(self, *languages: str) -> list[str]:
        """The text of every code block in one of these languages."""
        return [text for language, text in _FENCE.findall(self.text) if language in languages]

    @property
    def links(self) -> list[str]:
        """The target of every link and picture."""
        return _LINK.findall(self.prose)

    @property
    def anchors(self) -> set[str]:
        """What a link can name after ``#``: each heading in lower case, with dashes for blanks."""
        headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(self.prose))
        return {heading.strip().replace(" ", "-") for heading in headings}

    @property
    def commands(self) -> list[str]:
        """What follows ``kustui`` on each command line in its shell blocks."""
        return [words.strip() for block in self.blocks("sh") for words in _COMMAND.findall(block)]


DOCUMENTS = tuple(
    Document(path)
    for path in sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("samples/*.md"),
                        *ROOT.glob("tests/**/*.md"), *ROOT.glob(".github/**/*.md")})
)  # fmt: skip
BY_NAME = {document.name: document for document in DOCUMENTS}
README = BY_NAME["README.md"]
