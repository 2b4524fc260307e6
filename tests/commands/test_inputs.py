"""What the commands read that need no screen."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kustui.cache import Cache
from kustui.commands import inputs
from kustui.commands.inputs import opened_definitions, read_stdin
from kustui.definition.source.outline import Outline, outline
from kustui.definition.source.source import BLOCK_SIZE, Source
from kustui.errors import KustuiError
from kustui.workspace.check_cache import CachedCheck
from kustui.workspace.snapshot import Checker, check_snapshot
from tests.support.definitions import a_workflow


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no such device here")
def test_standard_input_that_would_never_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/zero").open() as zero:
        monkeypatch.setattr(sys, "stdin", zero)
        with pytest.raises(KustuiError, match="standard input: not a file but a device"):
            read_stdin()


def _killed(_: Source) -> Outline:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


@pytest.mark.skipif(sys.platform != "linux", reason="no process is forked here")
@pytest.mark.parametrize("other", [outline, _killed], ids=["answers", "is killed"])
def test_another_process_looks_at_a_large_file_while_this_one_imports_what_checks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: Callable[[Source], Outline]
) -> None:
    path, here, looked_at, imported = tmp_path / "a.json", os.getpid(), list[str](), list[int]()
    definition = {"app": "a", "version": "1.0.0", "title": "A", "workflows": [a_workflow()]}
    path.write_text(json.dumps(definition) + "\n" * BLOCK_SIZE)

    def outline_in(source: Source) -> Outline:
        if os.getpid() != here:
            return other(source)
        looked_at.append(source.path)
        return outline(source)

    def checker() -> Checker:
        imported.append(os.getpid())
        return check_snapshot

    monkeypatch.setattr(inputs, "WORTH_IT", 1)
    monkeypatch.setattr(inputs, "available_processes", lambda: 2)
    monkeypatch.setattr(inputs, "outline", outline_in)
    opened = opened_definitions([str(path)], check=CachedCheck(Cache(), checker))
    assert [entry.item for entry in opened.collection.entries] == list(outline(Source.of("", path.read_bytes())).items)
    assert imported == [here]
    (document,) = opened.collection.documents
    assert len(document.source.marks) == 2, "its lines were counted meanwhile"
    assert document.source.place(len(document.source.data)).line == BLOCK_SIZE + 1
    assert looked_at == ([str(path)] if other is _killed else [])
