"""A walk through every pane and key with hostile text: each byte written is text, or a sequence of kustui's own."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from kustui.config.actions import ACTIONS
from tests.fuzz.monkey import typed
from tests.support.terminal import Terminal

HOSTILE = (
    "[red]x[/] [@click=app.quit]y[/] \x1b]0;evil\x07\x1b[31m\x1b[2J\x1b[?1049l\x1bP+q\x1b\\\x1bc\x9b31m\x9d0;evil\x9c"
    "\u202egnp.\u2066\u200f\u061c\ufeff\u2028\x85\r\n\t\x08\x00\x7f\x0e\ud800\udc00\U000e0041"
)
_OWN = re.compile(
    rb"""\x1b\[ [\d;]* m              # colours
    | \x1b\[ [\d;]* [HABCDGJK]        # the cursor, and what is cleared
    | \x1b\[ \? (?:1049|1000|1002|1003|1006|1015|1016|1004|2004|2026|2048|2031|25|7) [hl]   # modes
    | \x1b\[ \? (?:2026|2048|2031) \$p | \x1b\[ \? u | \x1b\[ 6n | \x1b\[ [>=<] [\d;]* u   # questions, the keyboard
    | \x1b\] 22 ; [a-z-]* \x07 | \x1b\] 52 ; c ; [A-Za-z0-9+/=]* \x07   # the mouse pointer, the clipboard
    | \x1b[=>78]""",
    re.VERBOSE,
)
"""The sequences that kustui itself writes."""


def strangers(written: bytes) -> list[str]:
    """What is neither text nor one of kustui's own sequences, each with what stands around it."""
    rest = _OWN.sub(b"", written).decode("utf-8", "backslashreplace")
    bad = [
        match.start()
        for match in re.finditer(r"[^ -~]", rest)
        if match[0] not in "\r\n" and unicodedata.category(match[0]) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    ]
    return [f"{rest[max(0, at - 20) : at + 12]!r}" for at in bad]


def hostile_workflow(id_: str, scheduled: str) -> dict[str, Any]:
    comparison = {"op": "eq", "values": [f"/#steps.1.{HOSTILE}", HOSTILE]}
    condition = {"op": "and", "values": [comparison, {"op": HOSTILE, "values": []}]}
    first = {"target": "a" + HOSTILE, "meta": {"name": HOSTILE}}
    return {
        "id": f"{id_}{HOSTILE}",
        "name": f"{id_}{HOSTILE}",
        "description": HOSTILE,
        HOSTILE: HOSTILE,
        "trigger": {"eventName": f"{id_}.{HOSTILE}", "transitions": [first]},
        "steps": [
            {
                "id": "a" + HOSTILE,
                "action": "kustomer.app.scheduler.schedule-workflow",
                "meta": {"displayName": HOSTILE},
                "params": {
                    "workflowId": f"{scheduled}{HOSTILE}",
                    "runAt": {"type": "relative", "value": 5},
                    "inputs": {HOSTILE: [HOSTILE, {HOSTILE: f"{{{{{{/#steps.1.{HOSTILE}}}}}}}"}]},
                },
                "transitions": [
                    {"target": "b" + HOSTILE, "condition": condition, "meta": {"name": HOSTILE}},
                    {"target": f"missing{HOSTILE}"},
                ],
                "errorCases": [{"target": "b" + HOSTILE, "condition": condition}],
            },
            {"id": "b" + HOSTILE, "action": HOSTILE, "params": {"uri": HOSTILE, HOSTILE: "/#steps.1.id"}},
        ],
    }


def hostile_folder(folder: Path) -> None:
    definition = [hostile_workflow("one", "two"), hostile_workflow("two", "one")]
    raw = json.dumps(definition, ensure_ascii=False).encode("utf-8", "surrogatepass")
    (folder / "definition\x1b[31m\u202e[b].json").write_text(json.dumps(definition))
    (folder / "raw.json").write_bytes(raw)
    (folder / "broken\x07.json").write_bytes(raw[:400])
    (folder / "kustui.toml").write_text('[rules]\n"\\u001b[31m\\u202e" = "off"\n')
    scenario = {"scenario": HOSTILE, "start": [{"event": f"one.{HOSTILE}"}]}
    (folder / "x.scenario.json").write_text(json.dumps(scenario))


_LEAVING = ("app.quit", "app.suspend", "selected.edit", "rehearse.return", "rehearse.edit-answer-outside",
            "rehearse.edit-event-outside")  # fmt: skip
_PANES = "12345678"


def keys_of(*groups: str) -> str:
    """The first key of each action of some groups that leads nowhere else."""
    actions = (action for action in ACTIONS if action.group in groups and action.id not in _LEAVING)
    return "".join(typed(action.key_list[0]) for action in actions if action.keys)


@pytest.mark.parametrize("options", [(), ("--ascii",)], ids=["unicode", "ascii"])
def test_every_byte_written_is_text_or_a_sequence_of_ours(tmp_path: Path, options: tuple[str, ...]) -> None:
    hostile_folder(tmp_path)
    walks = [
        *(f"{pane}{keys_of('rows')}\r\x1b" for pane in _PANES),
        *(f"{pane}/red\r\x1b" for pane in _PANES),
        keys_of("tree"), "7" + keys_of("chains"), "8" + keys_of("timeline") + "100/h\r", "6" + keys_of("boxes"),
        "4" + keys_of("problems"), keys_of("go") + "\x1b", "c\x1b", "u\x1b", "ma'a\r", "1EjjjjP",
        "y\x1b", "yn", "yj", "yt", "yd", "ym", "yy\x1b", "yly", "\x1b", "Fevil\r\x1b", "Fproblem:\t\x1b[B\r\x1b",
        "?" + keys_of("rows") + "/evil\r\x1b\x1b", ":evil\x1b", ":red\r\x1b", "z", "z", "x",
        "r", "ssss", "1\x1b[B", "2", "3llll", "4", "5", "6", "w\x1b", "e\x1b", "v\x1b", "i\x1b", "f\x1b", "p\x1b",
        "P\x1b", "o\x1b", "o\r", "ssS\x1b", "T\x1b", "?\x1b", "C", "\x1b\x1b",
    ]  # fmt: skip
    env = {"XDG_STATE_HOME": str(tmp_path / "state"), "EDITOR": "true"}
    with Terminal([*options, str(tmp_path)], env=env, cwd=tmp_path, columns=100, rows=30, is_loaded=True) as terminal:
        terminal.wait_for_bytes(b"\x1b[?1049h")
        terminal.settle()
        for walk in walks:
            mark = terminal.written
            terminal.press(walk)
            terminal.settle()
            found = strangers(terminal.raw[mark:])
            assert not found, f"after {walk!r}: {found[:5]}"
        terminal.press("\x1b\x1b\x11")
        assert terminal.ended() == 0
        assert not strangers(terminal.raw)
    assert strangers(b"\x1b[31mred\x1b[0m \x1b]0;evil\x07") == ["'red \\x1b]0;evil\\x07'", "'red \\x1b]0;evil\\x07'"]
