"""A git repository with some commits of definitions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.history import History


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    """An empty repository, which is the current folder."""
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return History(folder)
