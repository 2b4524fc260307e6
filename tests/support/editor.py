"""An editor that drives ``kustui lsp`` as others do: a real process, over standard input and output."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from tests.support.patience import PATIENCE
from tests.support.terminal import environment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence


P = TypeVar("P")
T = TypeVar("T")


class Editor(LanguageClient):
    """An editor with some documents open. Positions are found by what stands there."""

    def __init__(self, folder: Path) -> None:
        super().__init__("editor", "1")
        self.folder = folder
        self.diagnostics: dict[str, types.PublishDiagnosticsParams] = {}
        """What was told last of each document, by URI."""
        self.told: list[str] = []
        """The URIs of which something was told, one after the other."""
        self.messages: list[str] = []
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.encoding = "utf-16"
        self.capabilities = types.ServerCapabilities()
        self.exit_status: int | None = None
        self._told = asyncio.Condition()

        feature: Any = self.feature

        async def take(params: types.PublishDiagnosticsParams) -> None:
            self.diagnostics[params.uri] = params
            self.told.append(params.uri)
            async with self._told:
                self._told.notify_all()

        def show(params: types.ShowMessageParams | types.LogMessageParams) -> None:
            self.messages.append(params.message)

        feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(take)
        for method in (types.WINDOW_SHOW_MESSAGE, types.WINDOW_LOG_MESSAGE):
            feature(method)(show)

    async def server_exit(self, server: asyncio.subprocess.Process) -> None:
        self.exit_status = server.returncode

    # Documents

    def uri(self, name: str) -> str:
        return Path(os.path.normpath(self.folder / name)).as_uri()

    def open(self, name: str, text: str | None = None) -> None:
        """Open a file, or what an editor has made of it."""
        content = (self.folder / name).read_text(encoding="utf-8") if text is None else text
        self.texts[name], self.versions[name] = content, 1
        item = types.TextDocumentItem(self.uri(name), "json", 1, content)
        self.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def close(self, name: str) -> None:
        self.text_document_did_close(types.DidCloseTextDocumentParams(self.document(name)))

    def document(self, name: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(name))

    def replace(self, name: str, old: str, new: str) -> None:
        """Type a text in place of another one that occurs once."""
        text = self.texts[name]
        assert text.count(old) == 1, (old, text.count(old))
        start = text.index(old)
        self.type(name, start, start + len(old), new)

    def type(self, name: str, start: int, end: int, new: str) -> None:
        """Type a text in place of some characters."""
        text = self.texts[name]
        self.take_change(name, types.Range(self.position(text, start), self.position(text, end)), new)
        self.texts[name] = text[:start] + new + text[end:]

    def take_change(self, name: str, range_: types.Range, new: str) -> None:
        """Tell the server what was typed, and nobody else."""
        self.versions[name] += 1
        self.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name)),
                [types.TextDocumentContentChangePartial(range_, new)],
            )
        )

    def position(self, text: str, offset: int) -> types.Position:
        before = text[:offset]
        line = before.rpartition("\n")[2]
        codec, size = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[self.encoding]
        return types.Position(before.count("\n"), len(line.encode(codec)) // size)

    def at(self, name: str, mark: str, params: Callable[[types.TextDocumentIdentifier, types.Position], P]) -> P:
        """The place in a text of the ``|`` in a piece of it that occurs once."""
        before, _, after = mark.partition("|")
        text = self.texts[name]
        assert text.count(before + after) == 1, (mark, text.count(before + after))
        offset = text.index(before + after) + len(before)
        return params(self.document(name), self.position(text, offset))

    def text_of(self, name: str, range_: types.Range) -> str:
        """What stands in a range."""
        start, end = (self._offset(self.texts[name], place) for place in (range_.start, range_.end))
        return self.texts[name][start:end]

    def _offset(self, text: str, position: types.Position) -> int:
        start = sum(len(line) + 1 for line in text.split("\n")[: position.line])
        return next(at for at in range(start, len(text) + 1) if self.position(text, at) == position)

    def apply(self, edit: types.WorkspaceEdit) -> dict[str, str]:
        """What the open documents hold after an edit, which is of the versions that they have."""
        after = dict(self.texts)
        for change in edit.document_changes or ():
            assert isinstance(change, types.TextDocumentEdit)
            name = next(name for name in after if self.uri(name) == change.text_document.uri)
            assert change.text_document.version == self.versions[name]
            for one in sorted(change.edits, key=lambda one: (-one.range.start.line, -one.range.start.character)):
                assert isinstance(one, types.TextEdit)
                start, end = (self._offset(self.texts[name], place) for place in (one.range.start, one.range.end))
                after[name] = after[name][:start] + one.new_text + after[name][end:]
        return after

    # Waiting

    async def ask(self, answer: Awaitable[T]) -> T:
        return await asyncio.wait_for(answer, PATIENCE)

    async def rules(self, name: str, expected: Sequence[str]) -> Sequence[types.Diagnostic]:
        """The diagnostics of the version that was typed last, once they are of some rules."""

        def are_shown() -> bool:
            told = self.diagnostics.get(self.uri(name))
            return told is not None and told.version == self.versions.get(name) and self._codes(name) == [*expected]

        await self.until(are_shown, lambda: f"{name}: {self._codes(name)}, not {expected}")
        return self.diagnostics[self.uri(name)].diagnostics

    async def until_known(self, name: str, seconds: float = PATIENCE) -> Sequence[str]:
        """The rules of what is wrong with the version that was typed last, once that is told."""

        def is_told() -> bool:
            told = self.diagnostics.get(self.uri(name))
            return told is not None and told.version == self.versions[name]

        await self.until(is_told, lambda: f"{name}: nothing of version {self.versions[name]}", seconds)
        return self._codes(name)

    def _codes(self, name: str) -> list[Any]:
        told = self.diagnostics.get(self.uri(name))
        return sorted(str(one.code) for one in told.diagnostics) if told is not None else []

    async def until(self, holds: Callable[[], bool], words: Callable[[], str], seconds: float = PATIENCE) -> None:
        async with self._told:
            try:
                await asyncio.wait_for(self._told.wait_for(holds), seconds)
            except TimeoutError:
                raise AssertionError(words()) from None


@asynccontextmanager
async def editing(folder: Path, *options: str, encodings: Sequence[str] = (), **more: Any) -> AsyncIterator[Editor]:
    """An editor whose folder is opened, until it ends as the protocol says."""
    editor = Editor(folder)
    env = {**environment({}), "XDG_CACHE_HOME": str(folder.parent / "cache"), "HOME": str(folder.parent)}
    await editor.start_io(sys.executable, "-m", "kustui", "lsp", *options, env=env, cwd=str(folder))
    general = types.GeneralClientCapabilities(position_encodings=list(encodings) or None)
    capabilities = types.ClientCapabilities(
        general=general,
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True)
        ),
    )
    result = await editor.initialize_async(
        types.InitializeParams(
            capabilities,
            process_id=os.getpid(),
            workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name)],
            **more,
        )
    )
    editor.capabilities = result.capabilities
    editor.encoding = str(result.capabilities.position_encoding or "utf-16")
    editor.initialized(types.InitializedParams())
    try:
        yield editor
        await editor.ask(editor.shutdown_async(None))
    finally:
        editor.exit(None)
        await editor.ask(_ended(editor))
        stop: Any = editor.stop
        await asyncio.wait_for(stop(), PATIENCE)


async def _ended(editor: Editor) -> None:
    while editor.exit_status is None:
        await asyncio.sleep(0.01)
