"""A monkey at the keyboard: random keys, mouse events, resizes and saves in a real pseudo-terminal.

By hand, for as long as one likes: ``python -m tests.fuzz.monkey --minutes 60 [--seed N]``. Each session has a seed of
its own, N, N + 1, …; what goes wrong is printed with its seed and the shortest sequence that still goes wrong, which is
replayed with ``--replay FILE`` and belongs in ``tests/fuzz/corpus/monkey``.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from kustui.config.actions import ACTIONS
from tests.support.terminal import SAMPLES, Terminal
from tests.support.terminal_explorer import HOSTILE

LIMIT = 30.0
"""Seconds in which an answer has to come, and in which quitting has to end it: a busy machine passes."""
_EVENTS = 120
_MANY = 1_000_000
_SPECIAL = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z", "space": " ", "backspace": "\x7f",
    "delete": "\x1b[3~", "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
    "shift+up": "\x1b[1;2A", "shift+down": "\x1b[1;2B", "shift+right": "\x1b[1;2C", "shift+left": "\x1b[1;2D",
    "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "f1": "\x1bOP", "f2": "\x1bOQ",
    "asterisk": "*", "minus": "-", "plus": "+", "equals_sign": "=", "exclamation_mark": "!", "slash": "/",
    "colon": ":", "question_mark": "?", "apostrophe": "'", "grave_accent": "`", "left_square_bracket": "[",
    "right_square_bracket": "]", "greater_than_sign": ">", "less_than_sign": "<",
}  # fmt: skip
_LEAVING = ("q", "ctrl+q", "ctrl+c")
_SIZES = ((80, 24), (60, 20), (160, 48), (20, 5), (40, 10), (1, 1), (2, 60), (200, 3))
_WORDS = (
    "rehearse", "theme", "order", "zzzz", "action:", "problem:", "event:x ", "step", "100/h", '{"a": 1}', "[", "0",
    "é漢字", "👩‍👩‍👧", "true", "{", "404", "name:\"", "custom.x",
)  # fmt: skip
_MACROS = (
    ":{w}\x1b[6~\x1b[5~", ":zzz\x1b[6~\r\x1b", "\x10{w}\r", "r", "rsss", "rCb", "rp\r", "ro\r", "rP\r", "rS{w}\r",
    "re{w}\x13", "rv\x1b", "rf", "rw\r", "ra\r", "r\x1b\x1b", "\x1b\x1b", "qq", "R\x1b\x1bq", "?", "?/{w}\r\x1b\x1b",
    "?G\x1b", "/{w}\r", "/{w}\x1b", "F{w}\r", "F{w}\t\x1b[6~\r", "\x0b\x1b[5~\r", "y\x1b[B\r", "yy", "ma", "'a", "4s",
    "4i", "5", "6", "7o", "8i{w}\r", "z", "x", "u\r", "d", "[", "]", "p", "P", "c", "E", "C", "G", "g", "px\r",
    "pxj\r", "x\x1b", "A\r", "Aj\r", "U", "UU", "\x12", "I{w}\r\r", "I\x1b", "pD{w}\r\r",
    "\x1b[200~{w}\x1b[201~", "e", "T", "Ta\r", "TA\rU", "T\r\x1b", "To", "T/{w}\r", "Td", "TT",
)  # fmt: skip
"""What people type at one go; ``{w}`` is any word."""


_ANSWERS = (
    "\x1b[I", "\x1b[O", "\x1b[999;999R", "\x1b[<", "\x1b[", "\x1bO", "\x00", "\x1b]11;rgb:0/0/0\x07", "\x1b[?2026;2$y",
    "\x9b1m", "\x1b\x1b[A",
)  # fmt: skip
"""What a terminal says by itself, whole or in part."""
_SETTINGS = (b"ascii = true\n", b"theme = 3\n", b'theme = "light"\n', b"\xff", b"")


class Event(NamedTuple):
    """Something that happens to the explorer: ``keys`` (bytes of the terminal, as text), ``size`` (columns, rows),
    ``save`` (file, bytes as latin-1, or None where it is removed) or ``wait`` (seconds)."""

    kind: str
    value: Any
    more: Any = None


class Session(NamedTuple):
    """What a terminal goes through."""

    options: tuple[str, ...]
    size: tuple[int, int]
    events: tuple[Event, ...]


def session_of(seed: int) -> Session:
    """The session of a seed: always the same one."""
    chance = random.Random(seed)
    options = [option for option in ("--ascii", "--poll", "--no-state") if chance.random() < 0.15]
    events: list[Event] = []
    files = [str(path.relative_to(SAMPLES)) for path in _sample_files()]
    size = chance.choice(_SIZES[:3])
    if chance.random() < 0.85:
        events.append(Event("wait", 1.0))  # else typed ahead
    while len(events) < _EVENTS:
        events.extend(_some_events(chance, files))
    return Session(tuple(options), size, tuple(events))


def _sample_files() -> list[Path]:
    return sorted(path for path in SAMPLES.rglob("*.json") if path.stat().st_size < 100_000)


def _some_events(chance: random.Random, files: Sequence[str]) -> Iterator[Event]:
    match chance.random():
        case part if part < 0.45:
            yield Event("keys", _key(chance) * chance.choice((1, 1, 1, 2, 5)))
        case part if part < 0.72:
            yield Event("keys", chance.choice(_MACROS).replace("{w}", chance.choice(_WORDS)))
        case part if part < 0.84:
            yield Event("keys", _mouse(chance))
        case part if part < 0.9:
            yield Event("size", *_size(chance))
        case part if part < 0.97:
            yield _save(chance, files)
        case _:
            yield Event("keys", chance.choice(_ANSWERS))
    if chance.random() < 0.5:
        yield Event("wait", round(chance.choice((0.01, 0.03, 0.05, 0.3)), 2))


def _key(chance: random.Random) -> str:
    if chance.random() < 0.1:
        return chance.choice((chr(chance.randrange(32, 127)), chr(chance.randrange(1, 27)), "漢", "\u0301"))
    name = chance.choice([key for action in ACTIONS for key in action.key_list])
    if name in _LEAVING and chance.random() < 0.9:
        name = "escape"
    return typed(name)


def typed(key: str) -> str:
    """What a terminal sends for a key, as Textual names it."""
    return chr(ord(key[-1]) - 96) if key.startswith("ctrl+") else _SPECIAL.get(key, key)


def _mouse(chance: random.Random) -> str:
    x, y = chance.randrange(1, 90), chance.randrange(1, 28)
    match chance.randrange(5):
        case 0:
            return f"\x1b[<{chance.choice((64, 65, 66, 67))};{x};{y}M" * chance.randrange(1, 6)
        case 1:
            return f"\x1b[<35;{x};{y}M"
        case 2:  # a drag
            x2, y2 = chance.randrange(1, 90), chance.randrange(1, 28)
            return f"\x1b[<0;{x};{y}M\x1b[<32;{x2};{y2}M\x1b[<0;{x2};{y2}m"
        case _:
            button = chance.choice((0, 0, 0, 0, 1, 2, 4, 8, 16))
            return f"\x1b[<{button};{x};{y}M\x1b[<{button};{x};{y}m" * chance.choice((1, 1, 2, 3))


def _size(chance: random.Random) -> tuple[int, int]:
    if chance.random() < 0.6:
        return chance.choice(_SIZES)
    return chance.randrange(1, 220), chance.randrange(1, 70)


def _save(chance: random.Random, files: Sequence[str]) -> Event:
    name = chance.choice(files)
    data = (SAMPLES / name).read_bytes()
    match chance.randrange(9):
        case 0:
            return Event("save", name, None)
        case 1:
            return Event("save", name, "")
        case 2:
            data = data[: chance.randrange(len(data))]
        case 3:
            data = data.decode().encode("utf-16")
        case 4:
            data = (SAMPLES / chance.choice(files)).read_bytes()
        case 5:
            data = re.sub(
                rb'"name": *"[^"]*"', json.dumps({"name": HOSTILE}).encode()[1:-1].replace(b"\\", rb"\\"), data
            )
        case 6:
            start = chance.randrange(len(data))
            data = data[:start] + bytes(chance.randrange(256) for _ in range(3)) + data[start + 3 :]
        case 7:
            name, data = "kustui.toml", chance.choice(_SETTINGS)
    return Event("save", name, data.decode("latin-1"))


# Carrying a session out


class Failure(NamedTuple):
    kind: str
    """What went wrong, by which the same is recognised while the sequence is shortened."""
    details: str = ""
    events: int = _MANY
    """How many events there were until it happened."""


def failure_of(session: Session) -> Failure | None:
    """Open the samples, let the events happen, ask for an answer, and quit; what went wrong, if anything."""
    with tempfile.TemporaryDirectory(prefix="kustui-monkey-") as name:
        home = Path(name)
        folder = home / "samples"
        shutil.copytree(SAMPLES, folder)
        for part in ("tmp", "state", "config"):
            (home / part).mkdir()
        env = {
            "TMPDIR": str(home / "tmp"), "XDG_STATE_HOME": str(home / "state"), "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_CACHE_HOME": str(home / "cache"), "EDITOR": "true", "VISUAL": "true", "PYTHONFAULTHANDLER": "1",
        }  # fmt: skip
        columns, rows = session.size
        arguments = [*session.options, str(folder)]
        with Terminal(arguments, columns=columns, rows=rows, env=env, cwd=home) as terminal:
            count, failure = _carry_out(session, terminal, folder)
            logs = "\n".join(path.read_text(errors="replace") for path in sorted((home / "tmp").glob("kustui-*.log")))
        if logs:
            last = logs.strip().splitlines()[-1]
            place = re.findall(r'File "(?:.*/)?(kustui/[^"]+|textual/[^"]+)", line (\d+), in (\S+)', logs)
            return Failure(f"{last.partition(':')[0]} in {place[-1][2] if place else '?'}", logs[-6000:], count)
        return failure._replace(events=count) if failure is not None else None


def _carry_out(session: Session, terminal: Terminal, folder: Path) -> tuple[int, Failure | None]:
    """How many events there were until it ended, and what went wrong."""
    with suppress(AssertionError):
        terminal.wait_for_bytes(b"\x1b[?1049h", seconds=LIMIT)
    size = session.size
    for count, event in enumerate(session.events):
        if terminal.has_ended:
            return count, _end(terminal)
        match event:
            case Event("keys", keys):
                with suppress(OSError):  # it has just ended
                    terminal.press(keys)
            case Event("size", columns, rows):
                size = (columns, rows)
                with suppress(OSError):
                    terminal.resize(columns, rows)
            case Event("save", name, text):
                _write(folder / name, text)
            case Event("wait", seconds):
                terminal.rest(seconds)
        terminal.pump()
    return len(session.events), _probe(terminal, size) or _quit(terminal)


def _write(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(text.encode("latin-1"))


def _probe(terminal: Terminal, size: tuple[int, int]) -> Failure | None:
    """Whether something is drawn when the terminal has another size, after an Escape from where nothing is drawn."""
    for columns in (size[0] + 7, size[0] + 9):
        with suppress(OSError):
            terminal.press("\x1b")
        terminal.pump(0.5)
        terminal.raw  # noqa: B018  # what was under way
        mark = terminal.written
        with suppress(OSError):
            terminal.resize(columns, max(size[1], 5))
        end = time.monotonic() + LIMIT
        while terminal.written == mark and not terminal.has_ended:
            if time.monotonic() > end:
                return Failure("no answer", _stacks(terminal))
            terminal.pump(1.0)
            if terminal.written == mark:  # a text that is shown plain waits for a key, and perhaps another after it
                with suppress(OSError):
                    terminal.press("\x1b")
    return None


def _stacks(terminal: Terminal) -> str:
    """What is on the screen, and where every thread is: Python writes that where it is aborted."""
    text, mark = terminal.text, terminal.written
    terminal.signal(signal.SIGABRT)
    with suppress(AssertionError):
        terminal.ended(5.0)
    return f"{text}\n{terminal.raw[mark:].decode(errors='replace')}"


def _quit(terminal: Terminal) -> Failure | None:
    """Whether it ends when it is asked to, from wherever it is."""
    end = time.monotonic() + LIMIT
    while not terminal.has_ended and time.monotonic() < end:
        with suppress(OSError):
            terminal.press("\x11")
        for seconds in (1.5, 8.5):  # asked twice, it ends in any case, which is none of its merits
            pause = time.monotonic() + seconds
            while not terminal.has_ended and time.monotonic() < pause:
                terminal.pump(0.1)
            with suppress(OSError):
                terminal.press("\x1b")
    return _end(terminal)


def _end(terminal: Terminal) -> Failure | None:
    try:
        status = terminal.ended(LIMIT)
    except AssertionError:
        return Failure("stays", _stacks(terminal))
    after = terminal.raw.rpartition(b"\x1b[?1049l")[2].decode(errors="replace")
    if status != 0 or "Traceback" in after or "internal error" in after or "exception" in after:
        return Failure(f"status {status}", after[-3000:])
    return None


# Making a sequence that goes wrong shorter


def shortened(
    session: Session, failure: Failure, seconds: float, fails: Callable[[Session], Failure | None]
) -> Session:
    """The shortest session that still goes wrong in the same way, by delta debugging for so many seconds at most."""
    end = time.monotonic() + seconds
    session = session._replace(events=session.events[: failure.events])
    parts = 2
    while len(session.events) > 1 and parts <= len(session.events):
        size = -(-len(session.events) // parts)
        for start in range(0, len(session.events), size):
            if time.monotonic() > end:
                return session
            rest = session._replace(events=session.events[:start] + session.events[start + size :])
            again = fails(rest)
            if again is not None and again.kind == failure.kind:
                session, parts = rest, max(2, parts - 1)
                break
        else:
            if size == 1:
                break
            parts = min(len(session.events), parts * 2)
    return session


def as_json(session: Session) -> str:
    events = [[part for part in event if part is not None or event.kind == "save"] for event in session.events]
    return json.dumps({"options": session.options, "size": session.size, "events": events}, indent=1)


def from_json(text: str) -> Session:
    value = json.loads(text)
    return Session(tuple(value["options"]), tuple(value["size"]), tuple(Event(*event) for event in value["events"]))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.monkey", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=None, help="of the first session")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="carry out one session that was printed before")
    options = parser.parse_args()
    if options.replay is not None:
        print(failure := failure_of(from_json(options.replay.read_text())))
        return int(failure is not None)
    first = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000_000)
    end = time.monotonic() + 60 * options.minutes
    kinds: dict[str, int] = {}
    seed = first
    while time.monotonic() < end:
        session = session_of(seed)
        failure = failure_of(session)
        if failure is not None:
            kinds[failure.kind] = kinds.get(failure.kind, 0) + 1
            print(f"seed {seed}: {failure.kind}", flush=True)
            if kinds[failure.kind] == 1:
                session = shortened(session, failure, 120.0, failure_of)
                print(failure.details, as_json(session), sep="\n", flush=True)
        seed += 1
    print(f"seeds {first} to {seed - 1}: {seed - first} sessions; {kinds or 'nothing went wrong'}")
    return int(bool(kinds))


if __name__ == "__main__":
    sys.exit(main())
