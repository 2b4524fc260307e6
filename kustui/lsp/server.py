"""The server: what the protocol asks for, and who answers it."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer
from pygls.protocol.language_server import LanguageServerProtocol, lsp_method
from pygls.uris import to_fs_path

from kustui import __version__
from kustui.check.rules import RULES
from kustui.config.configuration import Configuration
from kustui.errors import KustuiError
from kustui.files import absolute, own_folder, write_file
from kustui.lsp import answers, completion, corrections
from kustui.lsp.session import Session
from kustui.lsp.state import SOURCE, Diagnostics, State
from kustui.lsp.typed_text import Position
from kustui.workspace.check_cache import CachedCheck

T = TypeVar("T")

_IN_NO_PATH = re.compile("[\0\ud800-\udfff]")
"""Characters that no system takes in a path."""
_TICK = 2.0
"""Seconds between two looks at whether the editor still runs."""


class _Protocol(LanguageServerProtocol):
    """The protocol with texts of our own: those of the library are split into lines at every change."""

    _server: Server

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        self._server.session.open(path_of(document.uri), document.uri, document.version, document.text)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        self._server.change(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        self._server.session.close(path_of(params.text_document.uri))


class Server(LanguageServer):
    """A server for one editor."""

    session: Session
    """Once it is initialized."""

    def __init__(
        self, configuration: Callable[[Sequence[str]], Configuration], check: Callable[[Configuration], CachedCheck]
    ) -> None:
        super().__init__(SOURCE, __version__, protocol_cls=_Protocol)
        self.is_abandoned = False
        """Whether the editor ended it without saying before that it would."""
        self.has_shut_down = False
        self._make_configuration, self._make_check = configuration, check
        self._pages = RulePages()
        self._published: Diagnostics = {}
        self._complaints: Sequence[str] = ()
        self._tasks: set[asyncio.Task[None]] = set()
        self._checking: asyncio.Task[None] | None = None
        self._encoding = "utf-16"
        self._thread = ThreadPoolExecutor(1, "answers")
        self.supports_versions = False
        """Whether the editor takes edits with the versions of the documents that they are for."""

    # From the beginning to the end

    def begin(self, params: types.InitializeParams) -> None:
        """Take what the editor says of itself; the encoding of positions is agreed already."""
        self._encoding = str(getattr(encoding := self.workspace.position_encoding, "value", encoding) or "utf-16")
        self.session = self._session_of([path_of(uri) for uri in _folders(params)])
        workspace = params.capabilities.workspace
        edit = workspace.workspace_edit if workspace is not None else None
        self.supports_versions = bool(edit is not None and edit.document_changes)

    def _session_of(self, paths: Sequence[str]) -> Session:
        configuration = self._make_configuration(paths)
        check = self._make_check(configuration)
        return Session(paths, configuration, check, self._encoding, self._pages.uri, self.publish, self.complain)

    def follow(self) -> None:
        """Begin to check, and end when the editor does."""
        self._checking = self._start(self.session.run())
        if self.process_id is not None and os.name == "posix":
            self._start(_end_with(self.process_id))

    def open_folders(self, event: types.WorkspaceFoldersChangeEvent) -> None:
        """Begin anew with other folders, and what is open."""
        closed = {path_of(folder.uri) for folder in event.removed}
        opened = [path_of(folder.uri) for folder in event.added]
        texts = self.session.texts
        self.session = self._session_of([*(path for path in self.session.paths if path not in closed), *opened])
        self.session.texts |= texts
        if self._checking is not None:
            self._checking.cancel()
            self._checking = self._start(self.session.run())

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.report_server_error(error if isinstance(error, Exception) else RuntimeError(repr(error)), None)

    def end(self) -> None:
        """Nothing more is asked."""
        self.has_shut_down = True
        for task in self._tasks:
            task.cancel()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Say in the editor's log what went wrong: it is no reason to end, nor to disturb anybody."""
        with suppress(Exception):
            self.window_log_message(types.LogMessageParams(types.MessageType.Error, f"kustui: {error!r}"))

    # Texts

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Take what was typed."""
        path = path_of(params.text_document.uri)
        if (opened := self.session.texts.get(path)) is None:
            return
        text = opened.text
        for change in params.content_changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                start, end = (text.offset(position_of(place)) for place in (change.range.start, change.range.end))
                text = text.edited(start, max(start, end), change.text)
            else:
                text = text.of(change.text, text.encoding)
        self.session.change(path, params.text_document.version, text)

    # What is told

    def publish(self, state: State, diagnostics: Diagnostics) -> None:
        """Show what is wrong where that is not shown already."""
        for path in {**self._published, **diagnostics, **dict.fromkeys(state.texts, ())}:
            shown = diagnostics.get(path, ())
            opened = state.open_text(path)
            if shown != self._published.get(path, () if opened is None else None):
                version = opened.version if opened is not None else None
                self.text_document_publish_diagnostics(
                    types.PublishDiagnosticsParams(state.uri(path), list(shown), version)
                )
        self._published = {**dict.fromkeys(state.texts, ()), **diagnostics}

    def complain(self, lines: Sequence[str]) -> None:
        """Show what keeps the definitions from being read, or the configuration from being used, once."""
        if lines != self._complaints:
            self._complaints = lines
            for line in lines:
                message = types.ShowMessageParams(types.MessageType.Warning, f"kustui: {line}")
                asyncio.run_coroutine_threadsafe(self._show(message), self.session.loop)

    async def _show(self, message: types.ShowMessageParams) -> None:
        self.window_show_message(message)

    async def answer(self, question: Callable[[State], T], *, checked: bool = False) -> T:
        """The answer to a question about everything that was typed until now, from a thread."""
        state = await self.session.current(checked=checked)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, question, state)
        except JsonRpcException:
            raise
        except Exception as error:  # without its traceback, which is nothing for an editor
            raise JsonRpcInternalError(f"internal error: {error!r}") from error


def _folders(params: types.InitializeParams) -> Iterable[str]:
    if params.workspace_folders:
        return [folder.uri for folder in params.workspace_folders]
    return [params.root_uri] if params.root_uri else []


def path_of(uri: str) -> str:
    """The path of a document; of one that is in no file, one that no file has."""
    path = to_fs_path(uri) if uri.startswith("file:") else uri
    return absolute(_IN_NO_PATH.sub("\N{REPLACEMENT CHARACTER}", path or uri))


def position_of(position: types.Position) -> Position:
    return Position(position.line, position.character)


class RulePages:
    """The pages of rules, which editors open from a problem: each is written to the user's cache when needed."""

    def __init__(self) -> None:
        self._written: set[Path] = set()
        """Those that are known to be there."""

    def uri(self, rule: str) -> str:
        """The URI of the page of a rule; empty where there is none."""
        folder = own_folder("cache")
        if folder is None or rule not in RULES:
            return ""
        path = folder / "rules" / f"{rule}.md"
        if path not in self._written:
            page = f"# {rule}\n\n{RULES[rule].page}\n"
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                if not path.exists() or path.read_text(encoding="utf-8") != page:
                    write_file(path, [page], replace=True)
            except (OSError, KustuiError, UnicodeError):
                return ""
            self._written.add(path)
        return path.as_uri()


async def _end_with(process_id: int) -> None:
    """End the process once the editor has ended without a word."""
    while True:
        await asyncio.sleep(_TICK)
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            os._exit(1)
        except OSError:
            return  # it runs, and belongs to somebody else


def serve(server: Server, stdin: BinaryIO, stdout: BinaryIO) -> int:
    """Answer an editor until it says that it ends, or is gone; the exit status, as the protocol has it."""
    logging.getLogger("pygls").addHandler(logging.NullHandler())
    logging.getLogger("pygls").propagate = False
    register(server)
    server.start_io(stdin, stdout)
    return int(server.is_abandoned)


def register(server: Server) -> None:  # noqa: C901  # each question has a function of its own in it
    """Say which questions are answered, and by whom."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.begin(params)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        server.follow()

    @server.feature(types.SHUTDOWN)
    def shutdown(_: None) -> None:
        server.end()

    @server.feature(types.EXIT)
    def exit_(_: None) -> None:
        server.is_abandoned = not server.has_shut_down

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def change_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        server.open_folders(params.event)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(_: types.DidSaveTextDocumentParams) -> None:
        server.session.saved()

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        return await server.answer(lambda state: answers.hover(state, *_place(params)))

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: types.DefinitionParams) -> list[types.Location]:
        return await server.answer(lambda state: [*answers.definitions(state, *_place(params))])

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    async def references(params: types.ReferenceParams) -> list[types.Location]:
        declared = params.context.include_declaration
        return await server.answer(
            lambda state: [*answers.references(state, *_place(params), declared=declared)], checked=True
        )

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def document_symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        path = path_of(params.text_document.uri)
        return await server.answer(lambda state: answers.document_symbols(state, path))

    @server.feature(types.WORKSPACE_SYMBOL)
    async def workspace_symbols(params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        return await server.answer(lambda state: answers.workspace_symbols(state, params.query))

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=['"', "/", "#", ".", "{", ","])
    )
    async def complete(params: types.CompletionParams) -> types.CompletionList:
        return await server.answer(
            lambda state: types.CompletionList(False, [*completion.items(state, *_place(params))])
        )

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepare_rename(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        return await server.answer(lambda state: corrections.name_at(state, *_place(params)))

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    async def rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
        new, versions = params.new_name, server.supports_versions
        edit, untouched = await server.answer(
            lambda state: corrections.renamed(state, *_place(params), new, versions=versions), checked=True
        )
        if untouched:
            server.window_show_message(types.ShowMessageParams(types.MessageType.Info, untouched))
        return edit

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=[*corrections.ACTION_KINDS])
    )
    async def code_actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        path, versions = path_of(params.text_document.uri), server.supports_versions
        return await server.answer(
            lambda state: [*corrections.actions(state, path, params.range, params.context.only, versions=versions)],
            checked=True,
        )


def _place(params: types.HoverParams | Any) -> tuple[str, Position]:
    """The path and the position that a question is about."""
    return path_of(params.text_document.uri), position_of(params.position)


def protocol_streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for the protocol alone: whatever else is printed goes to standard error."""
    streams = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    return streams
