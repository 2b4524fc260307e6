"""The explorer beside an editor: real files, the real watch, and what somebody sees."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kustui.diagrams.styled_lines import width_of
from kustui.tui.widgets.bars import Banner, banner_rows
from kustui.tui.widgets.filter_input import Filter
from tests.support.definitions import a_workflow, opened
from tests.support.flows import edge, step, workflow
from tests.support.trees import text_of
from tests.tui.explorer.test_explorer import Eye, explorer, written

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 20.0


def called(name: str, *steps: Any) -> dict[str, Any]:
    return workflow(steps[0]["id"] if steps else "a", *(steps or (step("a"),)), id=name, name=name)


def many(count: int = 30) -> list[dict[str, Any]]:
    return [called(f"workflow {number:02}", step("a", "b"), step("b")) for number in range(count)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "app.json", many())


def save(path: Path, definition: Any) -> None:
    """As careful editors do."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(definition if isinstance(definition, str) else json.dumps(definition, indent=2))
    part.rename(path)


async def until(eye: Eye, holds: Callable[[], bool]) -> None:
    """Wait until what was saved is seen."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"never; {eye.keys!r} {eye.status!r} {eye.tree}"
        await eye.pilot.pause(0.02)
    await eye.rest()


async def reloaded(eye: Eye, words: str) -> None:
    await until(eye, lambda: words in eye.keys)


def owner(eye: Eye) -> str:
    """The workflow that the cursor is in."""
    node = eye.explorer.tree_view.node
    return node.entry.title if node is not None and node.entry is not None else ""


def shown(eye: Eye) -> list[str]:
    """The tree's rows as they stand on the screen."""
    view = eye.explorer.tree_view
    return ["".join(segment.text for segment in view.render_line(y)) for y in range(view.size.height)]


async def test_a_mistake_is_seen_when_it_is_saved_and_gone_when_it_is_mended(path: Path) -> None:
    async with explorer(path) as eye:
        found = many()
        found[3]["steps"][0]["params"] = {"body": "/#steps.gone.x"}
        save(path, found)
        await reloaded(eye, "1 step changed · 1 new problem")
        assert "✗1" in eye.status
        await eye.press("4")
        assert any(row.startswith("new ✗ app.json:") for row in eye.rows(eye.explorer.problems))
        save(path, many())
        await reloaded(eye, "1 step changed · 1 problem fixed")
        assert "no problem found" in eye.status


async def test_what_is_told_gives_way_to_the_keys_at_the_next_key(path: Path) -> None:
    async with explorer(path) as eye:
        save(path, many(31))
        await reloaded(eye, "reloaded")
        assert "c what changed" in eye.keys
        await eye.press("j")
        assert "Enter open" in eye.keys


async def test_selection_and_what_is_open_stay_by_who_they_are_not_where(path: Path) -> None:
    async with explorer(path, size=(100, 20)) as eye:
        await eye.go_to("workflow 17")
        await eye.press("l", "j", "j")
        assert eye.here.startswith("▸ ● note.create a")
        line = next(y for y, row in enumerate(shown(eye)) if row.startswith("▌"))
        save(path, [called("before all"), *many()[5:], called("after all")])
        await reloaded(eye, "workflows added")
        assert eye.here.startswith("▸ ● note.create a")
        assert owner(eye) == "workflow 17"
        assert next(y for y, row in enumerate(shown(eye)) if row.startswith("▌")) == line, "nor does it move"


async def test_a_view_that_was_scrolled_away_from_the_cursor_stays_where_it_is(path: Path) -> None:
    async with explorer(path, size=(100, 20)) as eye:
        view = eye.explorer.tree_view
        for _ in range(4):
            view.on_mouse_scroll_down()
        await eye.rest()
        before = shown(eye)
        assert not any(row.startswith("▌") for row in before)
        found = many()
        found.insert(1, called("put in between"))
        save(path, found)
        await reloaded(eye, "1 workflow added")
        assert shown(eye)[1:] == before[1:]


async def test_of_what_is_gone_the_nearest_that_is_left_is_selected(path: Path) -> None:
    async with explorer(path) as eye:
        await eye.go_to("workflow 04")
        await eye.press("l", "j", "j", "j")
        assert "note.create b" in eye.here
        found = many()
        found[4] = called("workflow 04", step("a"))
        save(path, found)
        await reloaded(eye, "1 step removed")
        assert "workflow 04" in eye.here
        save(path, many())
        await reloaded(eye, "1 step added")
        assert "note.create b" in eye.here, "what comes back is where the cursor was"


async def test_a_renamed_step_and_a_moved_workflow_are_followed(tmp_path: Path) -> None:
    written(tmp_path / "a.json", many(3))
    written(tmp_path / "b.json", [called("other")])
    async with explorer(tmp_path) as eye:
        await eye.go_to("workflow 01")
        await eye.press("l", "j", "j", "j")
        found = many(3)
        found[1] = called("workflow 01", step("a", "renamed"), step("renamed"))
        save(tmp_path / "a.json", found)
        await reloaded(eye, "1 step renamed")
        assert "note.create renamed" in eye.here
        save(tmp_path / "b.json", [called("other"), found[1]])
        await reloaded(eye, "1 workflow added")
        save(tmp_path / "a.json", [found[0], found[2]])
        await reloaded(eye, "1 workflow removed")
        assert "note.create renamed" in eye.here
        assert "b.json" in str(eye.explorer.tree_view.node and eye.explorer.tree_view.node.key)


async def test_a_file_that_is_renamed_is_followed(tmp_path: Path) -> None:
    written(tmp_path / "a.json", many(3))
    written(tmp_path / "z.json", [called("other")])
    async with explorer(tmp_path) as eye:
        await eye.go_to("workflow 01")
        await eye.press("l", "j", "j")
        (tmp_path / "a.json").rename(tmp_path / "m.json")
        await reloaded(eye, "moved")
        assert "note.create a" in eye.here
        assert "m.json" in eye.status
        await eye.press("left_square_bracket")
        assert eye.focus == "tree"


async def test_focus_is_not_stolen_and_a_half_typed_filter_not_lost(path: Path) -> None:
    async with explorer(path) as eye:
        await eye.press("slash", "0", "1")
        save(path, [*many(), called("another 01")])
        await until(eye, lambda: any("another 01" in row for row in eye.tree))
        assert eye.focus == "filter"
        assert eye.explorer.query_one(Filter).value == "01"
        await eye.press("enter", "2")
        save(path, many())
        await reloaded(eye, "1 workflow removed")
        assert eye.focus == "detail"
        assert "01" in eye.explorer.tree_view.state.filter  # type: ignore[union-attr]


async def test_the_panes_keep_their_place(path: Path) -> None:
    found = many()
    found[2]["steps"][0]["params"] = {f"field {number}": number for number in range(60)}
    save(path, found)
    async with explorer(path) as eye:
        await eye.go_to("workflow 02")
        await eye.press("l", "j", "j", "3", *["j"] * 30)
        source = eye.explorer.source
        was = text_of(source.row.line[1:])
        assert "field" in was
        found.insert(0, called("before all"))
        found[3]["steps"][0]["params"] = {"one more": 1, **found[3]["steps"][0]["params"]}
        save(path, found)
        await reloaded(eye, "1 step changed")
        assert text_of(source.row.line[1:]) == was
        assert eye.focus == "source"


async def test_history_goes_on_after_a_reload(path: Path) -> None:
    found = many()
    async with explorer(path) as eye:
        await eye.go_to("workflow 05")
        await eye.press("l", "j", "l", "j", "enter")
        assert "note.create a" in eye.here
        found.insert(0, called("before all"))
        save(path, found)
        await reloaded(eye, "1 workflow added")
        await eye.press("left_square_bracket")
        assert "→" in eye.here
        assert owner(eye) == "workflow 05"


async def test_what_is_different_is_marked_until_it_is_looked_at(path: Path) -> None:
    async with explorer(path) as eye:
        found = many()
        found[3]["steps"][1]["params"] = {"body": "changed"}
        save(path, [*found, called("new")])
        await reloaded(eye, "1 workflow added, 1 step changed")
        rows = eye.explorer.tree_view
        made = [rows.rows.make(index) for index in range(rows.rows.count)]
        marks = {text_of(row.line).strip(): text_of(row.mark) for row in made}
        assert marks["▸ workflow 03"] == "~", "what is in it is different"
        assert marks["▸ new"] == "+"
        assert marks["▸ workflow 04"] == ""
        await eye.go_to("new")
        assert text_of(rows.row.mark) == ""
        await eye.go_to("workflow 03")
        await eye.press("l")
        assert text_of(rows.row.mark) == ""
        await eye.press("j", "j", "j")
        await eye.press("k", "h", "h")
        assert "workflow 03" in eye.here
        assert text_of(rows.row.mark) == ""


async def test_what_changed_is_a_list_with_old_and_new_text(path: Path) -> None:
    async with explorer(path) as eye:
        found = many()
        found[3]["steps"][1]["params"] = {"body": "changed"}
        save(path, found)
        await reloaded(eye, "1 step changed")
        await eye.press("c")
        assert eye.focus == "changes"
        rows = eye.rows(eye.explorer.changes)
        assert "1 step changed" in rows[0]
        assert "~ step b changed" in rows[1]
        assert any(row.startswith("+") and '"body": "changed"' in row for row in rows)
        await eye.press("j", "enter")
        assert "note.create b" in eye.here
        await eye.press("c", "c")
        assert eye.focus == "tree"
        assert "changes" not in eye.panes
        assert not eye.explorer.tree_view.state.changed  # type: ignore[union-attr]


async def test_many_new_problems_are_listed_without_reading_their_workflows(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kustui.definition import parsed_workflow

    original, read = parsed_workflow.read_workflow, []

    def noted(*arguments: Any, **named: Any) -> Any:
        if threading.current_thread() is threading.main_thread():
            read.append(arguments)
        return original(*arguments, **named)

    async with explorer(path) as eye:
        monkeypatch.setattr(parsed_workflow, "read_workflow", noted)
        found = many()
        for each in found:
            each["steps"][0]["transitions"] = [edge("nowhere"), edge("b")]
        save(path, found)
        await reloaded(eye, "60 new problems")
        assert len(read) <= 1, "but for the workflow that is open"
        await eye.press("c")
        changes = eye.explorer.changes
        changes.cursor = max(index for index, row in enumerate(eye.rows(changes)) if row.startswith("new "))
        await eye.press("enter")
        assert eye.here == "→ note.create b ▲", "the transition itself"
        assert owner(eye) == "workflow 29"


async def test_while_a_file_does_not_parse_its_last_good_state_stays_under_a_banner(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", many(3))
    other = written(tmp_path / "b.json", [called("other")])
    async with explorer(tmp_path) as eye:
        await eye.go_to("workflow 01")
        text = path.read_text()
        at = text.index('"steps"')
        save(path, f"{text[:at]} oops {text[at:]}")
        await until(eye, lambda: eye.explorer.query_one(Banner).has_class("-open"))
        banner = eye.explorer.query_one(Banner)
        lines = ["".join(segment.text for segment in banner.render_line(y)) for y in (0, 1)]
        line = text[:at].count("\n") + 1
        assert f"a.json:{line}:" in lines[0]
        assert "oops" in lines[1]
        assert "workflow 01" in eye.here
        assert all(look == "muted" for _, look in eye.explorer.tree_view.row.line[2:])
        save(other, [called("other"), called("one more")])
        await until(eye, lambda: any("one more" in row for row in eye.tree))
        assert banner.has_class("-open")
        eye.explorer.on_banner_clicked()
        await eye.rest()
        assert any("oops" in row for row in eye.rows(eye.explorer.source))
        save(path, text)
        await until(eye, lambda: not banner.has_class("-open"))
        assert "a.json can be read again" in eye.keys


async def test_a_lone_workflow_that_does_not_parse(tmp_path: Path) -> None:
    path = written(tmp_path / "one.json", a_workflow("one"))
    async with explorer(path) as eye:
        await eye.press("l", "j")
        here = eye.here
        save(path, "{")
        await until(eye, lambda: eye.explorer.query_one(Banner).has_class("-open"))
        assert eye.here == here
        await eye.press("p")
        assert "✗" in eye.here
        save(path, a_workflow("one"))
        await until(eye, lambda: not eye.explorer.query_one(Banner).has_class("-open"))
        assert any(row.endswith("one") or "one" in row for row in eye.tree)


async def test_a_file_that_is_gone_and_comes_back(path: Path) -> None:
    text = path.read_text()
    async with explorer(path) as eye:
        await eye.go_to("workflow 07")
        path.unlink()
        await reloaded(eye, "app.json cannot be read")
        assert "workflow 07" in eye.here
        path.write_text(text)
        await reloaded(eye, "app.json can be read again")
        assert "workflow 07" in eye.here


async def test_a_configuration_that_is_wrong_is_told_and_what_it_said_holds(tmp_path: Path) -> None:
    configuration = tmp_path / "kustui.toml"
    configuration.write_text('[rules]\nunknown-step-reference = "off"\n')
    path = written(tmp_path / "app.json", [called("a", step("a", params={"x": "/#steps.gone.y"}))])
    async with explorer(path) as eye:
        assert "no problem found" in eye.status
        configuration.write_text("[rules\n")
        await until(eye, lambda: any("kustui.toml:1:" in str(found.message) for found in eye.app._notifications))
        assert "no problem found" in eye.status
        configuration.write_text("")
        await reloaded(eye, "1 new problem")


async def test_keys_are_answered_while_many_are_looked_at_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kustui.check import run

    original = run.examine

    def slow(*arguments: Any) -> Any:
        time.sleep(0.05)
        return original(*arguments)

    async with explorer(path) as eye:
        monkeypatch.setattr(run, "examine", slow)
        monkeypatch.setattr("kustui.tui.explorer.live._MOMENT", 0.1)
        save(path, [called(f"workflow {number:02}", step("a")) for number in range(40)])
        await until(eye, lambda: "checking" in eye.status)
        before = eye.here
        began = time.monotonic()
        await eye.pilot.press("j")
        assert eye.here != before
        assert time.monotonic() - began < PATIENCE / 4
        await reloaded(eye, "added")
        assert "checking" not in eye.status


async def test_the_fault_is_in_view_though_its_file_is_one_long_line(tmp_path: Path) -> None:
    text = json.dumps(many(14), separators=(",", ":"))
    at = text.index('"steps"', len(text) // 2)
    assert len(text) > 5_000
    path = tmp_path / "app.json"
    path.write_text(text)
    async with explorer(path, size=(80, 24)) as eye:
        save(path, f"{text[:at]}oops {text[at:]}")
        banner = eye.explorer.query_one(Banner)
        await until(eye, lambda: banner.has_class("-open"))
        where, line = ("".join(segment.text for segment in banner.render_line(y)) for y in (0, 1))
        assert where.startswith(f" ✗ app.json:1:{at + 1}  the key oops has no quotes"), (
            "what is wrong, however long the path"
        )
        assert line.startswith(" 1 │ …")
        assert "oops" in line
        assert "[true]}}]},oops" in line, "and what stands before it"
        assert line.rstrip().endswith("…")


@pytest.mark.parametrize(
    "text", ['[{"name": "x", oops}]', "[", "", "[\n  \n", "[" + "漢" * 90 + "]", " " * 200 + "oops"]
)
def test_a_banner_always_marks_something(text: str) -> None:
    _, second = banner_rows((opened(text),), 40)
    assert width_of(second.line) <= 40
    assert [piece for piece, look in second.line if look == "fault" and piece.strip()]


def test_a_banner_counts_the_other_files() -> None:
    first, _ = banner_rows((opened("{", "a.json"), opened("[", "b.json"), opened("", "c.json")), 78)
    assert "a.json:1:" in text_of(first.line)
    assert ", and 2 more files" in text_of(first.line)
