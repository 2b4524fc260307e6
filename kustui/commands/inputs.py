"""What the commands that need no screen read: standard input, the configuration, and the definitions, checked."""

from __future__ import annotations

import io
import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from contextlib import suppress

from kustui.cache import Cache, cache_path
from kustui.check import RULE_NAMES
from kustui.commands.output import ProgressLine, say
from kustui.config.check_settings import Settings
from kustui.config.configuration import Configuration
from kustui.definition.collection import Collection
from kustui.definition.collection_messages import nothing_to_run, other_files, unreadable_files
from kustui.definition.loader import STDIN
from kustui.errors import KustuiError, reason_of
from kustui.files import refuse_device
from kustui.workspace.check_cache import CachedCheck
from kustui.workspace.snapshot import Checker, Snapshot, Workspace, always, open_paths


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


def checked_definitions(options: Namespace, paths: Sequence[str]) -> tuple[Snapshot, Settings]:
    """The definitions that some paths name, with all problems in them, and the settings they were checked with.

    Files that cannot be read, or hold something else, are left out and reported on standard error. Raises KustuiError
    where no workflow is left.
    """
    configuration = configuration_of(options, paths)
    settings = configuration.settings(RULE_NAMES, cache_of(options, configuration))
    stdin = read_stdin() if STDIN in paths else b""
    with ProgressLine() as progress:
        opened = open_paths(paths, stdin, progress.reading)
    _require_workflows(opened.collection)
    check = cached_check(options, configuration)
    with ProgressLine() as progress:
        snapshot = check(opened, settings, progress.checking, always, None)
    check.keep()
    return snapshot, settings


def _require_workflows(collection: Collection) -> None:
    """Say which files are left out. Raises KustuiError where no workflow is left."""
    if reason := nothing_to_run(collection):
        raise KustuiError(reason)
    for line in (*other_files(collection), *unreadable_files(collection)):
        say(f"kustui: {line}")


class WatchedDefinitions:
    """What ``checked_definitions`` gives, again and again: only what has changed is read and checked anew."""

    def __init__(self, options: Namespace, paths: Sequence[str]) -> None:
        self._options, self.configuration = options, configuration_of(options, paths)
        self._check = cached_check(options, self.configuration)
        self._workspace = Workspace(paths, checker=self._check)
        self._left_out: Sequence[str] | None = None

    def refresh(self, changed: Iterable[str]) -> Snapshot | None:
        """The definitions, of which some files may have changed; None where one of them cannot be read that could
        before, or another mistake is in it. Raises KustuiError as ``checked_definitions`` does."""
        settings = self.configuration.settings(RULE_NAMES, cache_of(self._options, self.configuration))
        with ProgressLine() as progress:
            snapshot = self._workspace.refresh(changed, settings, progress.checking)
        self._check.keep()
        _require_workflows(snapshot.collection)
        left_out = [*unreadable_files(snapshot.collection)]
        if self._left_out is not None and any(line not in self._left_out for line in left_out):
            return None
        self._left_out = left_out
        return snapshot


def cache_of(options: Namespace, configuration: Configuration) -> Cache:
    """Where results are kept: nowhere if the user does not want that."""
    return Cache(None if options.no_cache or not configuration.uses_cache else cache_path())


def cached_check(options: Namespace, configuration: Configuration) -> CachedCheck:
    """Checks definitions with all processors, where the cache has no result."""

    def checker() -> Checker:
        from kustui.workspace.check_processes import check_with_pool  # with all rules

        return check_with_pool

    return CachedCheck(cache_of(options, configuration), checker)
