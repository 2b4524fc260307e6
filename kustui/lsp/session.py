"""An editing session: the texts that an editor has open, and the workspace behind them, which one thread refreshes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.check import RULE_NAMES
from kustui.check.checker import Results
from kustui.config.check_settings import Settings
from kustui.config.configuration import Configuration
from kustui.definition.imported_files import imported_paths
from kustui.errors import KustuiError
from kustui.files import absolute
from kustui.lsp.state import Diagnostics, OpenText, RulePage, State, diagnostics_of
from kustui.lsp.typed_text import Text
from kustui.workspace.background import short_switch_interval
from kustui.workspace.check_cache import CachedCheck
from kustui.workspace.snapshot import CheckOptions, Snapshot, Workspace, partly_checked
from kustui.workspace.watch import ChangeWatcher

_PATIENCE = 0.25
"""Seconds for which a question waits for a check that is under way; then it is answered first."""


class _OpenFirst:
    """Looks on while everything is checked for the first time: the workflows of open documents come first, and what is
    wrong with them is told before the others are checked."""

    def __init__(self, keys: Iterable[str], tell: Callable[[Results], object]) -> None:
        self._keys, self._tell = iter(keys), tell
        self.selected = next(self._keys, "")

    def take(self, results: Results, *, at_once: bool) -> None:
        if self.selected in results:
            self.selected = next((key for key in self._keys if key not in results), "")
            if not self.selected:
                self._tell(results)


class Session:
    """What is open now. Its methods are called in the thread of the event loop."""

    def __init__(
        self,
        paths: Sequence[str],
        configuration: Configuration,
        check: CachedCheck,
        encoding: str,
        page: RulePage,
        publish: Callable[[State, Diagnostics], object],
        complain: Callable[[Sequence[str]], object],
    ) -> None:
        self.paths = tuple(paths)
        self.texts: dict[str, OpenText] = {}
        """By path."""
        self.state = State(Workspace(()).snapshot, {}, encoding, 0)
        self._workspace = Workspace(self.paths, keep=True, checker=self._checked)
        self._configuration, self._check = configuration, check
        self._settings = Settings()
        self._page, self._publish, self._complain = page, publish, complain
        self._encoding = encoding
        self._revision = 0
        self._changed: set[str] = set()
        """The files of which the system said that they have changed."""
        self._is_over = False
        self._questions = 0
        """How many wait for a state."""
        self._keeps = True
        """Whether what the next check finds out is kept in the cache."""
        self._wake = asyncio.Event()
        self._renewed = asyncio.Condition()
        self._executor = ThreadPoolExecutor(1, "workspace")

    # What the editor does

    def open(self, path: str, uri: str, version: int, text: str) -> None:
        self.texts[path] = OpenText(uri, version, Text.of(text, self._encoding))
        self._touch()

    def change(self, path: str, version: int, text: Text) -> None:
        self.texts[path] = self.texts[path]._replace(version=version, text=text)
        self._touch()

    def close(self, path: str) -> None:
        """From now on the file is what it is on the disk."""
        if self.texts.pop(path, None) is not None:
            self._touch()

    def saved(self) -> None:
        """What the next check finds out is worth keeping for the next session."""
        self._keeps = True
        self._touch()

    def _touch(self) -> None:
        self._revision += 1
        self._wake.set()

    # What follows

    async def run(self) -> None:
        """Refresh the workspace whenever something has changed, until it is cancelled."""
        loop = self.loop = asyncio.get_running_loop()
        watcher = ChangeWatcher(self.paths, self._configuration.watched_paths)
        following = loop.run_in_executor(None, self._follow, watcher, loop)
        self._touch()
        try:
            with short_switch_interval(), watcher:
                while True:
                    await self._wake.wait()
                    self._wake.clear()
                    texts, changed, self._changed = dict(self.texts), self._changed, set()
                    answer = await loop.run_in_executor(self._executor, self._refresh, self._revision, texts, changed)
                    watcher.watch_also(imported_paths(answer[0].snapshot.collection.documents))
                    await self._renew(*answer)
        finally:
            watcher.close()
            following.cancel()
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._is_over = True
            async with self._renewed:
                self._renewed.notify_all()  # who waits has what there is

    def _follow(self, watcher: ChangeWatcher, loop: asyncio.AbstractEventLoop) -> None:
        """Pass on what changes on the disk, in a thread of its own."""
        while (changed := watcher.take()) is not None:
            loop.call_soon_threadsafe(self._changed_on_disk, changed)

    def _changed_on_disk(self, paths: frozenset[str]) -> None:
        self._changed |= paths
        self._touch()

    async def _renew(self, state: State, diagnostics: Diagnostics | None) -> None:
        self.state = state
        if diagnostics is not None and state.revision == self._revision:
            self._publish(state, diagnostics)
        async with self._renewed:
            self._renewed.notify_all()

    def _refresh(
        self, revision: int, texts: dict[str, OpenText], changed: set[str]
    ) -> tuple[State, Diagnostics | None]:
        """The next state and its diagnostics, in the thread of the workspace: without problems where it is outdated
        before it is checked, or where a question waits."""
        began = time.monotonic()

        def wanted() -> bool:
            return self._revision == revision and not (self._questions and time.monotonic() - began > _PATIENCE)

        self._workspace.overlay({path: text.text.data for path, text in texts.items()})
        try:
            snapshot = self._workspace.refresh(changed, self._current_settings(), wanted=wanted)
        except Exception as error:  # questions are answered from what there is, and the next keystroke may go well
            self._complain(error.lines if isinstance(error, KustuiError) else [f"internal error: {error!r}"])
            return State(self._workspace.snapshot, texts, self._encoding, revision), None
        state = State(snapshot, texts, self._encoding, revision)
        if not snapshot.is_checked:
            if self._revision == revision:
                self.loop.call_soon_threadsafe(self._wake.set)  # a question comes first: go on afterwards
            return state, None
        if self._keeps:
            self._keeps = False
            self.loop.call_soon_threadsafe(self._executor.submit, self._check.keep)
        return state, diagnostics_of(state, self._page)

    def _checked(self, snapshot: Snapshot, options: CheckOptions) -> Snapshot:
        """The snapshot with all problems; of the first one those of open documents are told before."""
        if snapshot.earlier is None:
            settings = options.settings or Settings()
            documents = [
                document for document in snapshot.collection.documents if absolute(document.path) in self.texts
            ]
            keys = [entry.key for document in documents for entry in document.entries]

            def tell(results: Results) -> None:
                analyses = AnalysisCache(snapshot.collection, settings)
                partly = partly_checked(snapshot, results, settings, analyses)
                state = State(partly, dict(self.texts), self._encoding, self._revision)
                own = {absolute(document.path) for document in documents}
                diagnostics = diagnostics_of(state, self._page)
                complete = {path: of_file for path, of_file in diagnostics.items() if path in own}
                self.loop.call_soon_threadsafe(self._tell, state, complete)

            options = options._replace(listener=_OpenFirst(keys, tell))
        return self._check(snapshot, options)

    def _tell(self, state: State, diagnostics: Diagnostics) -> None:
        if state.revision == self._revision and not self.state.snapshot.is_checked:
            self._publish(state, diagnostics)

    def _current_settings(self) -> Settings:
        """What the configuration says, or said when it was right last."""
        try:
            self._settings = self._configuration.settings(RULE_NAMES)
        except KustuiError as error:
            self._complain(error.lines)
        return self._settings

    # What is asked

    async def current(self, *, checked: bool = False) -> State:
        """The state of everything that was typed until now; with its problems and schedules if they are needed."""
        revision = self._revision
        self._questions += not checked
        try:
            async with self._renewed:
                await self._renewed.wait_for(
                    lambda: (
                        self._is_over
                        or (self.state.revision >= revision and (not checked or self.state.snapshot.is_checked))
                    )
                )
        finally:
            self._questions -= not checked
        return self.state
