"""``kustui graph`` as somebody at a shell, or a pull request, meets it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from kustui.text.cells import cells
from tests.benchmarks.shapes import SHAPES
from tests.support.commands import run_command
from tests.support.diagrams import HOSTILE, named
from tests.support.flows import step, workflow
from tests.support.terminal import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Sequence


ORGANISATION = "samples/organisation-export.json"


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    return run_command(capsys, "graph", *arguments)


def test_every_workflow_is_drawn_with_its_name_above(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, errors = run(capsys, "samples/orders.json")
    assert (status, errors) == (0, "")
    lines = told.splitlines()
    assert lines[:3] == [
        "order-created",
        "◆─╮   on orderdesk.order.create",
        "●╌│╌╮ Find the customer  “Order with an email address” if attributes.data.order.email exists and is…",
    ]
    assert "refund-order" in lines
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("name", ["check-delivery", "64b7f2c20e5a4d001a3f9e01"])
def test_one_workflow_is_drawn_by_its_name_or_id(capsys: pytest.CaptureFixture[str], name: str) -> None:
    entries = json.loads(Path("samples/orders.json").read_text())["workflows"]
    wanted = next(entry for entry in entries if entry["name"] == "check-delivery")
    name = name if name == "check-delivery" else wanted["id"]
    status, told, _ = run(capsys, "samples/orders.json", "--workflow", name, "--width", "60")
    assert status == 0
    assert told.startswith("check-delivery\n◆")
    assert "order-created" not in told
    assert max(map(len, told.splitlines())) <= 60


@pytest.mark.parametrize(
    ("path", "name"),
    [("duplicate-workflow-name", "Tag by channel"), ("duplicate-workflow-id", "63b44f9c294f27edb0f71083")],
)
def test_all_that_share_a_name_or_id_are_drawn(capsys: pytest.CaptureFixture[str], path: str, name: str) -> None:
    status, told, _ = run(capsys, f"samples/broken/{path}.json", "--workflow", name)
    assert status == 0
    assert sum(line.startswith("◆") for line in told.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["samples/orders.json", "--workflow", "order-creatd"], 'did you mean "order-created"?'),
        (["samples/orders.json", "--workflow", ""], 'unknown workflow "": known workflows: "order-created"'),
        (["samples/orders.json", "--workflow", "order"], '"order-created", "order-shipped", "order-status"'),
        (["samples/orders.json", "--workflow", "x\x1b[31m"], '"x^[[31m"'),
        (["samples/orders.json", "--workflow", "x", "--schedules"], "leave out --workflow"),
        (["samples/orders.json", "--map", "--schedules"], "use --around instead of --workflow"),
        (["samples/orders.json", "--around", "event:x"], "add --map"),
        (["samples/orders.json", "--map", "--depth", "2"], "add --around KIND:NAME"),
        (["samples/orders.json", "--map", "--around", "event:x", "--depth", "0"], "from 1 to 100"),
        (
            ["samples/orders.json", "--map", "--around", "x"],
            "expected workflow:NAME, event:NAME, field:NAME, host:NAME",
        ),
        (
            [ORGANISATION, "--map", "--around", "event:conversation.updat"],
            'did you mean "kustomer.conversation.update"?',
        ),
        ([ORGANISATION, "--map", "--around", "field:conversation.statu"], 'did you mean "conversation.status"?'),
        ([ORGANISATION, "--map", "--around", "host:nowhere"], 'unknown host "nowhere": known: "carrier.example.com"'),
        ([ORGANISATION, "--map", "--around", "workflow:Close stale chat"], 'did you mean "Close stale chats"?'),
        (["samples/none.json"], "samples/none.json: no such file or directory"),
        (["samples/broken/invalid-json.json"], "samples/broken/invalid-json.json:"),
        (["samples/orders.json", "--format", "png"], "invalid choice"),
        (["samples/orders.json", "--width", "3"], "from 20 to 10,000"),
        (["samples/orders.json", "--output", "/none/x"], "/none/x: no such file or directory"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_line(
    capsys: pytest.CaptureFixture[str], arguments: Sequence[str], reason: str
) -> None:
    status, told, errors = run(capsys, *arguments)
    assert (status, told) == (2, "")
    assert reason in errors


def test_a_file_that_cannot_be_read_is_left_out_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    broken = "samples/broken/invalid-json.json"
    status, told, errors = run(capsys, "samples/scheduling-pair.json", broken)
    assert status == 0
    assert told
    assert errors.startswith(f"kustui: skipped {broken}:32:33: a comma is missing here")


def test_the_schedules_are_a_tree_with_what_is_wrong_below_the_call(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, "samples/broken/missing-input.json", "--schedules")
    assert status == 0
    assert told.splitlines() == [
        "◆ chain-1-of-4  on conversation.update",
        "└─ after 30 min ⇒ chain-2-of-4  if custom.@fooAt exists  with conversationId, @fooAt",
        "   └─ after 30 min ⇒ chain-3-of-4  with conversationId, @fooAt",
        "      └─ after 60 min ⇒ chain-4-of-4  with conversationId, fooAt",
        '         ✗ "chain-4-of-4" requires the input "@fooAt", but is given "fooAt"',
    ]


def test_a_ring_is_marked_and_not_followed(capsys: pytest.CaptureFixture[str]) -> None:
    told = run(capsys, "samples/broken/endless-schedule.json", "--schedules")[1]
    assert told.count("Heartbeat again, every 60 min") == 1


def test_without_schedules_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    told = run(capsys, "samples/broken/loop.json", "--schedules")[1]
    assert told == "nothing here schedules a workflow\n"


def test_boxes_are_drawn_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    told = run(capsys, "samples/orders.json", "--workflow", "refund-order", "--boxes")[1]
    assert "│ ● Refund" in told
    assert "▼" in told


@pytest.mark.slow
def test_boxes_that_nobody_could_read_are_rows_instead(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "wide.json").write_bytes(SHAPES["ways_out"].bytes_of(700))
    title, reason, *rows = run(capsys, str(tmp_path / "wide.json"), "--boxes")[1].splitlines()
    assert title == "Shape"
    assert re.fullmatch(r"too large for boxes \([\d,]+ columns, [\d,]+ rows\): one step per row instead", reason)
    assert [title, *rows] == run(capsys, str(tmp_path / "wide.json"))[1].splitlines()


@pytest.mark.parametrize("form", [["--boxes"], [], ["--schedules"]])
def test_ascii_draws_without_unicode(capsys: pytest.CaptureFixture[str], form: list[str]) -> None:
    told = run(capsys, "samples/timer-chain.json", "--ascii", *form)[1]
    assert told.isascii()
    assert len(told.splitlines()) == len(run(capsys, "samples/timer-chain.json", *form)[1].splitlines())


def test_colours_come_when_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b[" in run(capsys, "samples/orders.json", "--color", "always")[1]
    assert "\x1b[" not in run(capsys, "samples/orders.json")[1]


def test_json_tells_vertices_edges_and_schedules(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "samples/timer-chain.json", "--format", "json")[1])
    first = found["workflows"][0]
    assert first["name"] == "followup-timer-1-of-4-start"
    ids = {vertex["id"] for vertex in first["vertices"]}
    assert all({edge["source"], edge["target"]} <= ids for edge in first["edges"])
    assert found["schedules"][0]["minutes"] == 60
    assert found["schedules"][0]["target"] == found["workflows"][1]["key"]
    only = json.loads(run(capsys, "samples/timer-chain.json", "--format", "json", "--schedules")[1])
    assert only == {"schedules": found["schedules"]}


@pytest.mark.parametrize("form", ["text", "mermaid", "dot", "json", "svg"])
def test_every_format_survives_names_that_mean_something_to_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, form: str
) -> None:
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps(named(HOSTILE)))
    status, told, errors = run(capsys, str(path), "--format", form)
    assert (status, errors) == (0, "")
    assert "\x1b" not in told
    assert "\u202e" not in told
    if form == "json":
        assert {"漢字", "]]", "<script>alert(1)</script>"} <= {
            vertex["name"] for vertex in json.loads(told)["workflows"][0]["vertices"]
        }
    elif form == "svg":
        ElementTree.fromstring(told)


def test_a_file_is_written_where_it_is_asked_for(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "flow.svg"
    assert run(capsys, "samples/orders.json", "--format", "svg", "--output", str(path)) == (0, "", "")
    ElementTree.parse(path)


def test_another_configuration_can_be_given(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('[rules]\nmissing-input = "off"\n')
    path = "samples/broken/missing-input.json"
    assert "✗" in run(capsys, path, "--schedules")[1]
    assert "✗" not in run(capsys, path, "--schedules", "--config", str(tmp_path / "other.toml"))[1]


def test_neither_the_screen_nor_networkx_is_loaded() -> None:
    code = (
        "import sys; from kustui.cli import main; main(['graph', 'samples/scheduling-pair.json', '--boxes']);"
        "print([name for name in ('textual', 'rich', 'networkx') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment(), cwd=ROOT, check=True)
    assert done.stderr.decode().strip() == "[]"


# The map


def test_the_map_counts_what_an_organisation_has_and_says_what_comes_round(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, errors = run(capsys, ORGANISATION, "--map")
    assert (status, errors) == (0, "")
    lines = told.splitlines()
    assert lines[0] == "44 workflows, 20 events, 87 fields, 8 hosts"
    assert "◆ conversation.update                              6            16" in lines
    assert "  VIP watch, half an hour  writes assignedTeams → conversation.update" in lines
    assert lines[-1] == "around one of them: --around event:kustomer.conversation.update --depth 2"


def test_around_an_event_stands_what_it_brings_about_and_who_publishes_it(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, ORGANISATION, "--map", "--around", "event:conversation.update", "--width", "120")
    lines = told.splitlines()
    assert status == 0
    assert lines[:5] == [
        "◆ conversation.update",
        "",
        "What it brings about",
        "├─ ● Ask for a rating a day after  if status changed",
        '│  └─ schedules after 1 d ● Send rating request …  “There was a conversation” if messageCount > "1"',
    ]
    assert "└─ ● Old: sync to Zendesk  disabled" in lines
    assert "├╌ ● Send rating request  writes custom.surveySentAt" in lines
    assert max(map(len, lines)) <= 120


def test_around_a_workflow_a_link_says_why_it_cannot_start_another(capsys: pytest.CaptureFixture[str]) -> None:
    _, told, _ = run(capsys, ORGANISATION, "--map", "--around", "workflow:Close stale chats", "--width", "160")
    assert "\nReads\n□ conversation.lastMessageIn" in told
    assert "Low rating: apologise and call back  ∙ cannot start: it asks whether satisfaction changed, and only" in told


@pytest.mark.parametrize("width", ["60", "80", "160"])
def test_a_map_keeps_to_its_width_and_to_ascii(capsys: pytest.CaptureFixture[str], width: str) -> None:
    for around in ([], ["--around", "field:conversation.status"]):
        _, told, _ = run(capsys, ORGANISATION, "--map", *around, "--width", width, "--ascii")
        assert max(map(len, told.splitlines())) <= int(width)
        assert not set("◆●├╌↺") & set(told)


def test_the_map_is_written_for_other_programs_too(capsys: pytest.CaptureFixture[str]) -> None:
    around = ("--around", "field:conversation.status", "--depth", "1")
    _, told, _ = run(capsys, ORGANISATION, "--map", *around, "--format", "json")
    part = json.loads(told)
    assert {link["role"] for link in part["links"]} == {"writes", "reads"}
    assert all(link["assumed"] for link in part["links"] if link["role"] == "writes")
    assert {node["distance"] for node in part["nodes"]} == {-1, 0, 1}
    _, told, _ = run(capsys, ORGANISATION, "--map", *around, "--format", "mermaid")
    assert told.count("-.->") == 5 + 7, "what writes it, and what reads it of what an action gives"
    _, told, _ = run(capsys, ORGANISATION, "--map", *around, "--format", "dot")
    assert told.count("style=dashed") == 5 + 7
    _, told, _ = run(capsys, ORGANISATION, "--map", *around, "--format", "svg")
    assert "stroke-dasharray" in told
    ElementTree.fromstring(told)
    _, told, _ = run(capsys, ORGANISATION, "--map", "--format", "json")
    rings = json.loads(told)["rings"]
    assert [len(ring["hops"]) for ring in rings] == [2, 2, 1, 1, 1, 1], "through others, and of steps by themselves"


def test_a_workflow_that_starts_itself_again_is_a_ring_of_the_map(capsys: pytest.CaptureFixture[str]) -> None:
    _, told, _ = run(capsys, "samples/broken/self-trigger.json", "--map", "--width", "100")
    assert "↺ Raise  writes priority → conversation.update\n" in told


def test_rates_of_events_tell_the_load_of_all_chains_together(capsys: pytest.CaptureFixture[str]) -> None:
    rates = ("--rate", "conversation.update=5000/h", "--rate", "kobject.pickup.create=200/min")
    status, told, _ = run(capsys, ORGANISATION, "--map", *rates, "--width", "200")
    assert status == 0
    assert "with conversation.update 5,000 events an hour, kobject.pickup.create 12,000 events an hour" in told
    assert "▲ over the limit within" in told
    _, told, _ = run(capsys, ORGANISATION, "--map", *rates, "--format", "json")
    load = json.loads(told)["load"]
    assert load["events"]["kustomer.conversation.update"] == pytest.approx(5000)
    assert load["at_least"] == {"due": 0, "over_after": None}
    assert load["at_most"]["over_after"] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--rate", "conversation.update=5/min"), "--around, --depth and --rate are for a map: add --map"),
        (("--map", "--rate", "conversation.update"), "expected EVENT=RATE, such as conversation.update=100/h"),
        (("--map", "--rate", "conversation.updat=5"), 'unknown event "conversation.updat": did you mean'),
    ],
)
def test_a_rate_that_cannot_be_used_says_why(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], message: str
) -> None:
    status, told, errors = run(capsys, ORGANISATION, *options)
    assert (status, told) == (2, "")
    assert message in errors


def test_what_mermaid_would_not_draw_is_said_with_the_way_to_ask_for_less(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    step = {"id": "a", "action": "kustomer.conversation.update", "params": {"id": "x", "name": "y"}, "transitions": []}
    trigger = {"id": "1", "eventName": "kustomer.note.create", "transitions": [{"target": "a"}]}
    many = [{"name": f"w{number}", "trigger": trigger, "steps": [step]} for number in range(260)]
    path = tmp_path / "many.json"
    path.write_text(json.dumps(many))
    _, told, errors = run(capsys, str(path), "--map", "--format", "mermaid")
    assert told.count("->") == 520
    assert "Mermaid draws at most 500 edges and 50,000 characters, this has 520 edges" in errors
    assert errors.endswith("ask for less with --around KIND:NAME\n")


def test_of_too_many_branches_it_is_said_how_many_there_are(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    writes = {"id": "a", "action": "kustomer.note.create", "params": {"body": "y"}, "transitions": []}
    trigger = {"id": "1", "eventName": "kustomer.conversation.update", "transitions": [{"target": "a"}]}
    path = tmp_path / "many.json"
    path.write_text(
        json.dumps([{"name": f"w{number:03}", "trigger": trigger, "steps": [writes]} for number in range(60)])
    )
    _, told, _ = run(capsys, str(path), "--map", "--around", "event:conversation.update")
    lines = told.splitlines()
    assert "├─ ● w049" in lines
    assert lines[lines.index("├─ ● w049") + 2 :][:2] == ["└─ and 10 more", ""]


def test_a_map_is_the_same_from_the_cache(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, ORGANISATION, "--map", "--format", "json") == run(
        capsys, ORGANISATION, "--map", "--format", "json", "--no-cache"
    )


def test_names_that_are_wide_keep_the_columns_of_a_map(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    params = {"id": "/#steps.1.customer", "注文": "x", "注" * 30: "x"}
    path = tmp_path / "app.json"
    path.write_text(json.dumps(workflow("a", step("a", action="kustomer.customer.update", params=params))), "utf-8")
    _, told, _ = run(capsys, str(path), "--map")
    rows = [line for line in told.splitlines() if "customer.注" in line]
    assert len(rows) == 2
    assert {cells(row) for row in rows} == {cells("□ ") + 42 + len("  written by")}
    assert sum("…" in row for row in rows) == 1
