"""The files that a module imports by a relative path, read once each."""

from __future__ import annotations

import os
from collections.abc import Iterator

from kustui.definition.modules.module_file import ModuleFile
from kustui.definition.modules.syntax_errors import nested_too_deep_in
from kustui.definition.source.recognition import is_json_or_module
from kustui.definition.source.source import Source, UndecodableError
from kustui.files import ReadFile, no_file

_SUFFIXES = ("", ".js", ".ts", ".cjs", ".mjs", ".cts", ".mts", ".json", "/index.js", "/index.ts", "/index.json")
_WRITTEN_AS = {".js": (".ts",), ".mjs": (".mts",), ".cjs": (".cts",)}
"""TypeScript imports a file by the name of what is made of it."""
_NOT_READ = (".d.ts", ".tsx", ".jsx", ".node", "/index.d.ts", "/index.tsx", "/index.jsx", "/package.json")
"""What else a path may lead to, with what is not read here."""
_MOST_FILES = 500
_MOST_BYTES = 50_000_000


class Imports:
    """The files that were read for a module, itself first, and the paths at which there was none."""

    def __init__(self, source: Source, read: ReadFile) -> None:
        self.files = [ModuleFile.of(0, source)]
        self.contents: dict[str, bytes | None] = {}
        """What was read by path; None where there was nothing."""
        self._read = read
        self._by_path: dict[str, ModuleFile | None] = {os.path.normpath(source.path): self.files[0]}
        self._bytes = 0

    def file(self, file: ModuleFile, module: str) -> ModuleFile | None:
        """The file that a module imports by a name; None where it is no file beside it, or cannot be read."""
        if not module.startswith(("./", "../")) and module not in (".", ".."):
            return None
        for path in _candidates(os.path.join(os.path.dirname(file.source.path), module)):  # noqa: PTH118, PTH120
            if (other := self._file_at(os.path.normpath(path))) is not None:
                return other
        return None

    def is_missing(self, file: ModuleFile, module: str) -> bool:
        """Whether a name for which ``file`` has found nothing leads to no file of another kind either."""
        path = os.path.normpath(os.path.join(os.path.dirname(file.source.path), module))  # noqa: PTH118, PTH120
        has_other_suffix = "." in os.path.basename(path) and not is_json_or_module(path)  # noqa: PTH119
        if self._read is no_file or not module.startswith(("./", "../")) or has_other_suffix:
            return False
        tried = {os.path.normpath(candidate) for candidate in _candidates(path)}
        if not all(self.contents.get(each, b"") is None for each in tried if is_json_or_module(each)):
            return False
        self.contents |= {
            other: self._read(other) for suffix in _NOT_READ if (other := path + suffix) not in self.contents
        }
        return all(self.contents[path + suffix] is None for suffix in _NOT_READ)

    def _file_at(self, path: str) -> ModuleFile | None:
        if path not in self._by_path:
            self._by_path[path] = self._first(path)
        return self._by_path[path]

    def _first(self, path: str) -> ModuleFile | None:
        if not is_json_or_module(path) or len(self.files) >= _MOST_FILES or self._bytes >= _MOST_BYTES:
            return None
        raw = self.contents[path] = self._read(path)
        if raw is None:
            return None
        self._bytes += len(raw)
        try:
            source = Source.of(path, raw)
        except UndecodableError:
            return None
        file = ModuleFile.of(len(self.files), source)
        if nested_too_deep_in(file.root) is not None:
            return None
        self.files.append(file)
        return file


def _candidates(path: str) -> Iterator[str]:
    """The paths at which a module may be, in the order in which Node.js and TypeScript look for it."""
    stem, suffix = os.path.splitext(path)  # noqa: PTH122
    yield path
    yield from (f"{stem}{other}" for other in _WRITTEN_AS.get(suffix, ()))
    yield from (f"{path}{suffix}" for suffix in _SUFFIXES[1:])
