"""What the commands that need no screen read: standard input, the configuration, and the definitions, checked."""

from __future__ import annotations

import io
import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import partial
from importlib import import_module

from kustui.cache import Cache, cache_path
from kustui.check import RULE_NAMES
from kustui.commands.output import ProgressLine, report_error, say
from kustui.config.check_settings import Settings
from kustui.config.configuration import Configuration
from kustui.definition.collection import Collection
from kustui.definition.collection_messages import nothing_to_run, other_files, unreadable_files
from kustui.definition.loader import STDIN, stamps_of
from kustui.definition.source.outline import Outline, outline
from kustui.definition.source.source import Source
from kustui.errors import KustuiError, reason_of
from kustui.files import refuse_device
from kustui.garbage_collection import gc_paused
from kustui.workspace.check_cache import CachedCheck
from kustui.workspace.process_pool import WORTH_IT, answers_of, available_processes
from kustui.workspace.snapshot import Checker, CheckOptions, Snapshot, Workspace, open_paths

_NEEDED_LATER = ("kustui.analysis.outside_links", "kustui.analysis.rings", "kustui.check.suppressions")
"""What each process that checks much, or the first one after them, would import while nothing else is done."""
_SETTLED = 0.1
"""Seconds without a change after which a save is over."""

WATCHES_FILES = "--watch needs files: standard input does not change"
"""Why nothing that comes from standard input is watched."""


def read_stdin(what: str = "a definition") -> bytes:
    """All of standard input. Raises KustuiError where that is the keyboard, or cannot be read."""
    if sys.stdin is None:
        raise KustuiError(f"- reads standard input, which is closed: pipe {what} into it")
    if sys.stdin.isatty():
        raise KustuiError(f"- reads standard input, which is the terminal: pipe {what} into it")
    try:
        with suppress(io.UnsupportedOperation):  # it has no number where a caller in this process has put another there
            refuse_device(os.fstat(sys.stdin.fileno()))
        return sys.stdin.buffer.read()
    except OSError as error:
        raise KustuiError(f"standard input: {reason_of(error)}") from error


def configuration_of(options: Namespace, paths: Sequence[str]) -> Configuration:
    """The configuration that applies to some paths, as the options of ``Parser.add_configuration`` say.

    What keeps files from being used is reported on standard error.
    """
    configuration = Configuration(paths, options.config, none=options.no_config)
    for line in configuration.unusable:
        say(f"kustui: {line}")
    return configuration


def checked_definitions(options: Namespace, paths: Sequence[str]) -> Snapshot:
    """The definitions that some paths name, with all problems in them.

    Files that cannot be read, or hold something else, are left out and reported on standard error. Raises KustuiError
    where no workflow is left.
    """
    configuration = configuration_of(options, paths)
    settings = configuration.settings(RULE_NAMES, cache_of(options, configuration))
    check = cached_check(options, configuration)
    opened = opened_definitions(paths, read_stdin() if STDIN in paths else b"", check=check)
    require_workflows(opened.collection)
    return checked_snapshot(opened, settings, check)


def opened_definitions(
    paths: Sequence[str], stdin: bytes = b"", stdin_path: str | None = None, check: CachedCheck | None = None
) -> Snapshot:
    """The definitions that some paths name, unchecked; ``stdin_path`` is the file whose content is ``stdin``, and
    ``check`` what they are to be checked with. Raises KustuiError where they cannot be read."""
    outline_of = partial(_outline_beside, check) if check is not None and check.has_none else outline
    with ProgressLine() as progress:
        return open_paths(paths, stdin, progress.reading, stdin_path=stdin_path, outline_of=outline_of)


def _outline_beside(check: CachedCheck, source: Source) -> Outline:
    """The outline of a file; that of a large one by another process, while this one imports what checks it and counts
    its lines, which takes as long."""
    if len(source.data) < WORTH_IT or available_processes() == 1:
        return outline(source)

    def meanwhile() -> None:
        check.prepare()
        for name in _NEEDED_LATER:
            import_module(name)
        source.place(len(source.data))  # for which all lines are counted

    with closing(answers_of(partial(map, outline), [source], 1, meanwhile=meanwhile)) as answers:
        outlined = next(answers, None)
    return outlined or outline(source)


def checked_snapshot(opened: Snapshot, settings: Settings, check: CachedCheck, *, for_now: bool = False) -> Snapshot:
    """The same with all problems; what was found out is kept. ``for_now`` as in ``CheckOptions``."""
    with ProgressLine() as progress:
        snapshot = check(opened, CheckOptions(settings, progress.checking, for_now=for_now))
    check.keep()
    return snapshot


def require_workflows(collection: Collection) -> None:
    """Say which files are left out. Raises KustuiError where no workflow is left."""
    if reason := nothing_to_run(collection):
        raise KustuiError(reason)
    for line in (*other_files(collection), *unreadable_files(collection)):
        say(f"kustui: {line}")


class WatchedDefinitions:
    """Some definitions, checked, and again after every change: only what has changed is read and checked anew."""

    def __init__(self, options: Namespace, paths: Sequence[str], configuration: Configuration) -> None:
        self._poll, self._paths, self._configuration = options.poll, paths, configuration
        self._check = cached_check(options, configuration)
        self.workspace = Workspace(paths, checker=self._checked)

    def follow(
        self,
        settings: Callable[[], Settings],
        show: Callable[[Snapshot], object],
        also: Callable[[], Sequence[str]],
        *,
        scenarios: bool = False,
    ) -> None:
        """Show them, and again after every change of them or of the files ``also``, until nothing can change any more.
        With ``scenarios``, these may come to the folders.

        What cannot be shown raises KustuiError the first time, and is reported later. ReaderGoneError where nobody
        reads on.
        """
        from kustui.workspace.following import follow_changes
        from kustui.workspace.watch import ChangeWatcher  # loads watchfiles

        files = also()
        shown, failed = stamps_of(files), False  # before anything is read
        with gc_paused():  # the first time without threads, which keep processes from being forked
            show(self.workspace.refresh(settings=settings()))

        def show_again(snapshot: Snapshot) -> None:
            try:
                show(snapshot)
            except KustuiError as error:
                report_error(error)

        def look_at_others() -> None:
            nonlocal shown
            if not failed and (now := stamps_of(also())) != shown:
                while now != shown:  # until what is written in pieces is whole
                    shown = now
                    time.sleep(_SETTLED)
                    now = stamps_of(also())
                show_again(self.workspace.snapshot)

        files = (*files, *self._configuration.watched_paths)
        refused = lambda words: say(f"kustui: {words}")  # noqa: E731
        with ChangeWatcher(self._paths, files, poll=self._poll, scenarios=scenarios, refused=refused) as changes:
            for outcome in follow_changes(self.workspace, changes, settings, otherwise=look_at_others):
                failed = not isinstance(outcome, Snapshot)
                if isinstance(outcome, Snapshot):
                    shown = stamps_of(also())
                    show_again(outcome)
                else:
                    report_error(outcome)

    def _checked(self, snapshot: Snapshot, options: CheckOptions) -> Snapshot:
        with ProgressLine() as line:
            checked = self._check(snapshot, options._replace(progress=line.checking))
        self._check.keep()
        return checked


def cache_of(options: Namespace, configuration: Configuration) -> Cache:
    """Where results are kept: nowhere if the user does not want that."""
    return Cache(None if options.no_cache or not configuration.uses_cache else cache_path())


def cached_check(options: Namespace, configuration: Configuration) -> CachedCheck:
    """Checks definitions with all processors, where the cache has no result."""

    def checker() -> Checker:
        from kustui.workspace.check_processes import check_with_pool  # with all rules

        return check_with_pool

    return CachedCheck(cache_of(options, configuration), checker)
