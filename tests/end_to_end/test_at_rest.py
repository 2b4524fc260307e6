"""What the tests of a terminal take for a command that has nothing left to do."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.support.patience import PATIENCE
from tests.support.processes import are_at_rest

BEGINNING = "import select, threading; print(flush=True); "


@pytest.mark.parametrize(
    ("work", "rests"),
    [
        ("select.select([0], [], [])", True),
        ("threading.Thread(target=select.select, args=([0], [], [])).start(); select.select([0], [], [])", True),
        ("threading.Thread(target=select.select, args=([0], [], [])).run()", True),
        ("thread = threading.Thread(target=select.select, args=([0], [], [])); thread.start(); thread.join()", False),
        ("exec('while True: pass')", False),
        ("poll = select.epoll(); poll.poll(0.1); poll.poll(60)", True),
        ("poll = select.epoll(); exec('while True: poll.poll(0.1)')", False),
    ],
)
def test_it_rests_where_it_sleeps_for_nothing_of_its_own(work: str, rests: bool) -> None:
    command = [sys.executable, "-c", BEGINNING + work]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        end = time.monotonic() + (PATIENCE if rests else 0.3)
        found = are_at_rest(process.pid, 0.3)
        while found is False and time.monotonic() < end:
            time.sleep(0.01)
            found = are_at_rest(process.pid, 0.3)
        process.kill()
    if found is None:
        pytest.skip("the system does not say")
    assert found is rests
