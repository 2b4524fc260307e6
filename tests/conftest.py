"""What holds for every test: how many run at once, and whose folders they see."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, so that what fails was broken by the change at hand; `--hypothesis-profile=random`
# tries others. No test fails because the machine is busy.
_BUSY: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("repeatable", derandomize=True, database=None, **_BUSY)
settings.register_profile("random", print_blob=True, **_BUSY)
settings.load_profile("repeatable")


def pytest_xdist_auto_num_workers() -> int:
    """Two for each processor: most of a test of the screen is waiting."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(autouse=True)
def _folders_of_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep a developer's own configuration out of the tests, and the tests out of the developer's folders."""
    folder = tmp_path_factory.mktemp("nobody")
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(Path(folder) / name))
