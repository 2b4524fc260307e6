"""Gives scrambled inputs to the entries in a process of its own, and shortens those that are findings."""

from __future__ import annotations

import contextlib
import gc
import json
import multiprocessing
import os
import re
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from queue import Empty
from random import Random
from types import FrameType
from typing import Any, NamedTuple

from kustui.errors import KustuiError
from tests.fuzz.entries import ENTRIES
from tests.fuzz.mutators import as_json, deeper, scrambled_bytes, scrambled_structure, scrambled_tokens
from tests.support.terminal import ROOT, SAMPLES

LIMIT = 2.0
"""Seconds of a processor for one input."""
_SILENCE = 40.0
"""Seconds after which a process that says nothing hangs where Python cannot interrupt it."""
_LARGEST = 40_000
"""Bytes of a good input."""
_REPORT_EVERY = 0.5
_COLLECT_EVERY = 1_000
_SHORTENING = 20.0
"""Seconds for making a finding shorter."""
CORPUS = Path(__file__).parent / "corpus"


class TooSlowError(BaseException):
    """An input took longer than the limit. No ``Exception``, so that nothing takes it for one of its own."""


class Finding(NamedTuple):
    entry: str
    kind: str
    """The exception and where it came from, by which two are the same."""
    details: str
    data: bytes

    @property
    def file_name(self) -> str:
        words = re.sub(r"\W+", "-", self.kind.rpartition("/")[2]).strip("-").lower()
        return f"{self.entry}-{words}-{sha256(self.data).hexdigest()[:6]}"


class Report(NamedTuple):
    inputs: int
    """How many inputs there were so far."""
    finding: Finding | None = None


def finding_of(entry: str, data: bytes) -> Finding | None:
    """What is wrong when an entry takes an input; None where it copes, or says in words that it does not."""
    with _limited():
        try:
            ENTRIES[entry].run(data)
        except KustuiError:
            return None
        except TooSlowError as error:
            return Finding(entry, f"slower than {LIMIT:g} s", _last_lines(error), data)
        except Exception as error:
            place = next(
                (
                    frame
                    for frame in reversed(traceback.extract_tb(error.__traceback__))
                    if str(ROOT / "kustui") in frame.filename
                ),
                traceback.extract_tb(error.__traceback__)[-1],
            )
            where = place.filename.removeprefix(f"{ROOT}/")
            name = "" if isinstance(error, RecursionError) else f" in {where} {place.name}"
            return Finding(entry, f"{type(error).__name__}{name}", _last_lines(error), data)
    return None


def _last_lines(error: BaseException) -> str:
    return "".join(traceback.format_exception(error, limit=-6))[-2500:]


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    def give_up(number: int, frame: FrameType | None) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


# Good inputs

_EXPRESSION = re.compile(r'"((?:[^"\\]|\\.)*(?:/#|\{\{)(?:[^"\\]|\\.)*)"')
_TOML = re.compile(rb"```toml\n(.*?)```", re.DOTALL)


@cache
def good_inputs() -> Mapping[str, Sequence[bytes]]:
    """Inputs by their kind, to begin with."""
    modules = [path for path in (SAMPLES / "modules").rglob("*.*") if path.stat().st_size < _LARGEST]
    files = [*SAMPLES.rglob("*.json"), *(ROOT / "tests/check/cases").rglob("*.json")]
    scenarios = [path for path in files if path.name.endswith(".scenario.json")]
    definitions = [path for path in files if path not in scenarios and path.stat().st_size < _LARGEST]
    texts = sorted({text for path in definitions for text in _EXPRESSION.findall(path.read_text())})
    settings = [part for path in (ROOT / "docs").glob("*.md") for part in _TOML.findall(path.read_bytes())]
    return {
        "definition": _contents(definitions),
        "module": [
            *_contents([path for path in modules if path.suffix not in (".json", ".jsonc")]),
            *(b"module.exports = " + data for data in _contents(definitions)),
        ],
        "scenario": _contents(scenarios),
        "event": [b'{"id": "1", "status": "open", "tags": ["a"], "custom": {"aNum": 1}}', *_EVENTS],
        "expression": [json.loads(f'"{text}"').encode("utf-8", "surrogatepass") for text in texts],
        "query": [
            b"action:rest problem:unknown-target wait",
            b'event:"a b" -name:x step:1',
            b"order status open",
            b'"',
        ],
        "toml": [
            b"".join(settings),
            b'ascii = true\n[rules]\nnever-scheduled = "off"\n[keys]\n"app.quit" = "x"\n',
            *_TABLES,
        ],
        "baseline": [
            b'{"version": 1, "problems": [{"file": "a.json", "rule": "unknown-target", "pointer": "/steps/0", '
            b'"message": "x", "count": 1}]}'
        ],
        "state": [
            b'{"version":1,"selected":["/a","#1"],"open":[["/a"]],"closed":[],"pane":"tree","drawing":"flow",'
            b'"filter":"","marks":{"a":["/a"]}}'
        ],
    }


_EVENTS = (
    b'{"name": "kustomer.conversation.update", "data": {"id": "1", "attributes": {"status": "open"}}}',
    b'{"workflow": "5f", "status": "failed", "startedAt": "2020-01-01T00:00:00Z", "steps": [{"id": "a", '
    b'"status": "ok", "output": {}, "error": null}], "event": {"data": {"id": 1}}}',
)
_TABLES = (
    b'ascii = true\n[rules]\nnever-scheduled = "off"\n[keys]\n"app.quit" = "x"\n',
    b'relative-unit-minutes = 1\nexternal = ["a"]\noperators = ["x"]\n'
    b'[[suppress]]\nrule = "loop"\nfile = "a"\nreason = "b"\n',
    b'[tool.kustui]\ntheme = "dark"\nkeys = {"go.back" = ["b", "x"]}\npanes = {"tree" = 30}\n',
)


def _contents(paths: Sequence[Path]) -> list[bytes]:
    return [path.read_bytes() for path in sorted(paths)]


@cache
def _parsed(kind: str) -> Sequence[Any]:
    values = []
    for data in good_inputs()[kind]:
        with contextlib.suppress(ValueError):
            values.append(json.loads(data))
    return values


@cache
def _keys(kind: str) -> Sequence[str]:
    def keys(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            yield from value
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from keys(part)

    return sorted({key for value in _parsed(kind) for key in keys(value)}) or ["id"]


def scrambled(kind: str, chance: Random) -> bytes:
    """An input of a kind that nobody would write."""
    part = chance.random()
    if part < 0.7 and _parsed(kind):
        with deeper():
            return as_json(scrambled_structure(chance.choice(_parsed(kind)), chance, _keys(kind)))
    mutate = scrambled_tokens if part < 0.88 else scrambled_bytes
    return mutate(chance.choice(good_inputs()[kind]), chance)


# The process


def fuzz(
    seed: int, entries: Sequence[str] | None = None, *, seconds: float = 1e9, most: int = 1 << 60
) -> Iterator[Report]:
    """Reports from inputs of a seed, until the time is over or there were so many inputs. Each kind of finding once."""
    names = [name for name in entries or ENTRIES for _ in range(ENTRIES[name].share)]
    context = multiprocessing.get_context("spawn")
    reports: Any = context.Queue()
    end = time.monotonic() + seconds
    start, kinds, done = 0, set[tuple[str, str]](), False
    while not done and start < most and time.monotonic() < end:
        process = context.Process(
            target=_work, args=(reports, seed, names, start, most, end - time.monotonic()), daemon=True
        )
        process.start()
        heard = time.monotonic()
        while not done:
            try:
                report = reports.get(timeout=1.0)
            except Empty:
                if process.is_alive() and time.monotonic() - heard < _SILENCE + _SHORTENING:
                    continue
                report = Report(start + 1, _hang(seed, names, start))
                process.kill()
                yield report
                start = report.inputs
                break
            if report is None:
                done = True
                continue
            heard, start = time.monotonic(), report.inputs
            if report.finding is not None and (key := (report.finding.entry, report.finding.kind)) in kinds:
                continue
            if report.finding is not None:
                kinds.add(key)
            yield report
        process.join(5)
        if process.is_alive():
            process.kill()


def _hang(seed: int, names: Sequence[str], number: int) -> Finding:
    entry, data = _input(seed, names, number)
    return Finding(entry, "hangs or ends the process", f"near input {number}", data)


def _input(seed: int, names: Sequence[str], number: int) -> tuple[str, bytes]:
    chance = Random(f"{seed}:{number}")
    entry = names[number % len(names)]
    return entry, scrambled(ENTRIES[entry].kind, chance)


def _work(reports: Any, seed: int, names: Sequence[str], start: int, most: int, seconds: float) -> None:
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        os.environ[name] = os.devnull
    end, reported = time.monotonic() + seconds, 0.0
    kinds: set[tuple[str, str]] = set()
    for number in range(start, most):
        entry, data = _input(seed, names, number)
        finding = finding_of(entry, data)
        now = time.monotonic()
        if finding is not None and (entry, finding.kind) not in kinds:
            kinds.add((entry, finding.kind))
            reports.put(Report(number + 1, shortened(finding, _SHORTENING, finding_of)))
        elif now - reported > _REPORT_EVERY:
            reports.put(Report(number + 1))
            reported = now
        if now > end:
            reports.put(Report(number + 1))
            break
        if number % _COLLECT_EVERY == 0:  # each first check keeps what it has made from being looked at again
            gc.unfreeze()
            gc.collect()
    else:
        reports.put(Report(most))
    reports.put(None)


# Making an input shorter


def shortened(finding: Finding, seconds: float, find: Callable[[str, bytes], Finding | None]) -> Finding:
    """The finding with the shortest input that still is one of its kind, tried for so many seconds at most."""
    end = time.monotonic() + seconds

    def again(data: bytes) -> bool:
        nonlocal finding
        if time.monotonic() > end:
            return False
        smaller = find(finding.entry, data)
        if smaller is None or smaller.kind != finding.kind:
            return False
        finding = smaller
        return True

    _shorten_json(finding, again)
    size = max(1, len(finding.data) // 2)
    while size and time.monotonic() < end:
        start = 0
        while start < len(finding.data) and time.monotonic() < end:
            if not again(finding.data[:start] + finding.data[start + size :]):
                start += size
        size //= 2
    return finding


def _shorten_json(finding: Finding, again: Callable[[bytes], bool]) -> None:
    """Leave out parts of a value, the largest first."""
    try:
        with deeper():
            value = json.loads(finding.data)
    except ValueError:
        return
    changed = True
    while changed:
        changed = False
        waiting: list[Any] = [value]
        while waiting:
            container = waiting.pop(0)
            if not isinstance(container, dict | list):
                continue
            for key in list(container) if isinstance(container, dict) else reversed(range(len(container))):
                part = container[key]
                del container[key]
                if again(_plain(value)):
                    changed = True
                elif isinstance(container, dict):
                    container[key] = part  # moves to the end
                else:
                    container.insert(key, part)
            waiting.extend(container.values() if isinstance(container, dict) else container)


def _plain(value: object) -> bytes:
    with deeper():
        return json.dumps(value).replace("-Infinity", "-1e999").replace("Infinity", "1e999").encode()
