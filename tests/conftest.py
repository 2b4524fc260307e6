"""What holds for every test: how many run at once, and whose folders they see."""

from __future__ import annotations

import asyncio
import gc
import inspect
import itertools
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, settings

from tests.support.idle import IdleLoopPolicy

# The same examples in every run, so that what fails was broken by the change at hand; `--hypothesis-profile=random`
# tries others. No test fails because the machine is busy.
_BUSY: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("repeatable", derandomize=True, database=None, **_BUSY)
settings.register_profile("random", print_blob=True, **_BUSY)
settings.load_profile("repeatable")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three for two processors: some tests wait. The more there are, the more of the processors all take, whose caches
    they share: a tenth with four, a third with six."""
    return max(1, 3 * (os.cpu_count() or 1) // 2)


class GarbageCollection:
    """Finds now and then what kustui leaves out of collections because its process has one reading and then ends.

    A process that runs thousands of tests would keep every workspace and every application of them.
    """

    _WORTH_LOOKING = 170_000_000  # bytes: some million objects; with fewer, looking takes a tenth of all the time
    _EVERY = 20  # tests: asking the system takes as long as the quickest of them

    def __init__(self) -> None:
        self._kept = 0
        self._tests = itertools.count(1)

    def pytest_collection_finish(self) -> None:
        gc.freeze()  # modules and what tests share: no later collection need look at them
        self._kept = _memory()

    def pytest_runtest_logfinish(self) -> None:
        if next(self._tests) % self._EVERY == 0 and _memory() > self._kept + self._WORTH_LOOKING:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._kept = _memory()


def _memory() -> int:
    """Bytes that this process has in memory, or where the system does not say that, that it had at most."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


_SLOW_FOLDERS = {"end_to_end", "fuzz"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark as slow what is so by its nature: processes and terminals, screens and servers, and random examples."""
    function = getattr(item, "function", None)
    if (
        _SLOW_FOLDERS & set(item.path.parts)
        or inspect.iscoroutinefunction(function)
        or getattr(function, "is_hypothesis_test", False)
    ):
        item.add_marker(pytest.mark.slow)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test in a worker, which tells of its setting up and tearing down only what went wrong: to send, read and
    count these reports took a fifth of what the quickest tests, which are most of them, cost in all."""
    if not hasattr(item.config, "workerinput"):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("lateness", "races, at will: tests/support/lateness.py")
    group.addoption("--late", type=float, default=0.0, metavar="SECONDS", help="delay background work and timers")
    group.addoption("--starve", type=float, default=0.0, metavar="SECONDS", help="block the event loop now and then")
    group.addoption("--late-seed", type=int, default=0, metavar="N", help="other delays")


class Late:
    """Has every test meet races. Without it in the options there is no fixture, which would take some of the time of
    each test."""

    @pytest.fixture(autouse=True)
    def _lateness(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        from tests.support.lateness import Lateness  # and all of the screen, which most tests do without

        late, starve, seed = (request.config.getoption(name) for name in ("late", "starve", "late_seed"))
        Lateness(late, starve, f"{seed} {request.node.nodeid}").apply(monkeypatch)


def pytest_configure(config: pytest.Config) -> None:
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL)):
        if signal.getsignal(number) == signal.SIG_IGN:  # started in the background of a shell: commands inherit it
            signal.signal(number, handler)
    asyncio.set_event_loop_policy(IdleLoopPolicy())
    config.pluginmanager.register(GarbageCollection())
    if config.getoption("late") or config.getoption("starve"):
        config.pluginmanager.register(Late())


@pytest.fixture(scope="session")
def _nobodies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders that are not there, one for each test."""
    folder = tmp_path_factory.mktemp("nobody")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _folders_of_nobody(monkeypatch: pytest.MonkeyPatch, _nobodies: Iterator[Path]) -> None:
    """Keep a developer's own configuration out of the tests, and the tests out of the developer's folders."""
    folder = next(_nobodies)
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(folder / name))
