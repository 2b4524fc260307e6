"""The explorer beside an editor: real files, the real watch, and what somebody sees."""

from __future__ import annotations

import itertools
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from kustui.text.styled_lines import width_of
from kustui.tui.widgets.bars import banner_lines
from kustui.tui.widgets.filter_input import FilterInput
from tests.support.definitions import a_workflow, document_of, write_json
from tests.support.explorer import ExplorerPilot, bar_text, explorer
from tests.support.flows import edge, named_workflow, step
from tests.support.patience import PATIENCE
from tests.support.saves import save
from tests.support.trees import text_of

pytestmark = pytest.mark.slow


def many(count: int = 30) -> list[dict[str, Any]]:
    return [named_workflow(f"workflow {number:02}", step("a", "b"), step("b")) for number in range(count)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_json(tmp_path / "app.json", many())


def owner(ui: ExplorerPilot) -> str:
    """The workflow that the cursor is in."""
    node = ui.explorer.tree_view.node
    return node.entry.title if node is not None and node.entry is not None else ""


def shown(ui: ExplorerPilot) -> list[str]:
    """The tree's rows as they stand on the screen."""
    view = ui.explorer.tree_view
    return ["".join(segment.text for segment in view.render_line(y)) for y in range(view.size.height)]


async def test_a_mistake_is_seen_when_it_is_saved_and_gone_when_it_is_mended(path: Path) -> None:
    async with explorer(path) as ui:
        found = many()
        found[3]["steps"][0]["params"] = {"body": "/#steps.gone.x"}
        save(path, found)
        await ui.wait_for_news("1 step changed · 1 new problem")
        assert "✗1" in ui.status
        await ui.press("4")
        assert any(row.startswith("new ✗ app.json:") for row in ui.rows(ui.explorer.problems))
        save(path, many())
        await ui.wait_for_news("1 step changed · 1 problem fixed")
        assert "no problems" in ui.status


async def test_a_step_that_comes_back_is_painted_again(tmp_path: Path) -> None:
    with_step = [named_workflow("one", step("a", "b"), step("b"))]
    path = write_json(tmp_path / "app.json", with_step)
    async with explorer(path) as ui:
        view = ui.explorer.tree_view
        for workflows, is_there in (([named_workflow("one", step("a"))], False), (with_step, True)) * 2:
            save(path, workflows)
            await ui.wait_until(lambda there=is_there: ("● note.create b" in ui.tree) is there)  # type: ignore[misc]
            painted = [strip.text for strip in view.render_lines(view.size.region)][1:]  # below the title
            assert all(row in line for row, line in zip(ui.tree[1:], painted[1:], strict=False)), painted


async def test_what_is_told_gives_way_to_the_keys_at_the_next_key(path: Path) -> None:
    async with explorer(path) as ui:
        save(path, many(31))
        await ui.wait_for_news("reloaded")
        assert "c what changed" in ui.keys
        await ui.press("j")
        assert "Enter open" in ui.keys


async def test_selection_and_what_is_open_stay_by_who_they_are_not_where(path: Path) -> None:
    async with explorer(path, size=(100, 20)) as ui:
        await ui.go_to("workflow 17")
        await ui.press("l", "j", "j")
        assert ui.cursor_row.startswith("▸ ● note.create a")
        line = next(y for y, row in enumerate(shown(ui)) if row.startswith("▌"))
        save(path, [named_workflow("before all"), *many()[5:], named_workflow("after all")])
        await ui.wait_for_news("workflows added")
        assert ui.cursor_row.startswith("▸ ● note.create a")
        assert owner(ui) == "workflow 17"
        assert next(y for y, row in enumerate(shown(ui)) if row.startswith("▌")) == line, "nor does it move"


async def test_a_view_that_was_scrolled_away_from_the_cursor_stays_where_it_is(path: Path) -> None:
    async with explorer(path, size=(100, 20)) as ui:
        view = ui.explorer.tree_view
        for _ in range(4):
            view.on_mouse_scroll_down()
        await ui.rest()
        before = shown(ui)
        assert not any(row.startswith("▌") for row in before)
        found = many()
        found.insert(1, named_workflow("put in between"))
        save(path, found)
        await ui.wait_for_news("1 workflow added")
        assert shown(ui)[1:] == before[1:]


async def test_of_what_is_gone_the_nearest_that_is_left_is_selected(path: Path) -> None:
    async with explorer(path) as ui:
        await ui.go_to("workflow 04")
        await ui.press("l", "j", "j", "j")
        assert "note.create b" in ui.cursor_row
        found = many()
        found[4] = named_workflow("workflow 04", step("a"))
        save(path, found)
        await ui.wait_for_news("1 step removed")
        assert "workflow 04" in ui.cursor_row
        save(path, many())
        await ui.wait_for_news("1 step added")
        assert "note.create b" in ui.cursor_row, "what comes back is where the cursor was"
        save(path, found)
        await ui.wait_for_news("1 step removed")
        found[9]["steps"][0]["params"] = {"body": "/#steps.gone.x"}
        save(path, found)
        await ui.wait_for_news("1 new problem")
        await ui.press("p")
        assert owner(ui) == "workflow 09"
        found[0]["name"] = "renamed"
        save(path, found)
        await ui.wait_for_news("1 workflow")
        assert owner(ui) == "workflow 09", "it was put elsewhere since"


async def test_a_renamed_step_and_a_moved_workflow_are_followed(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", many(3))
    write_json(tmp_path / "b.json", [named_workflow("other")])
    async with explorer(tmp_path) as ui:
        await ui.go_to("workflow 01")
        await ui.press("l", "j", "j", "j")
        found = many(3)
        found[1] = named_workflow("workflow 01", step("a", "renamed"), step("renamed"))
        save(tmp_path / "a.json", found)
        await ui.wait_for_news("1 step renamed")
        assert "note.create renamed" in ui.cursor_row
        save(tmp_path / "b.json", [named_workflow("other"), found[1]])
        await ui.wait_for_news("1 workflow added")
        save(tmp_path / "a.json", [found[0], found[2]])
        await ui.wait_for_news("1 workflow removed")
        assert "note.create renamed" in ui.cursor_row
        assert "b.json" in str(ui.explorer.tree_view.node and ui.explorer.tree_view.node.key)


async def test_a_file_that_is_renamed_is_followed(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", many(3))
    write_json(tmp_path / "z.json", [named_workflow("other")])
    async with explorer(tmp_path) as ui:
        await ui.go_to("workflow 01")
        await ui.press("l", "j", "j")
        (tmp_path / "a.json").rename(tmp_path / "m.json")
        await ui.wait_for_news("moved")
        assert "note.create a" in ui.cursor_row
        assert "m.json" in ui.status
        await ui.press("left_square_bracket")
        assert ui.focus == "tree"


async def test_focus_is_not_stolen_and_a_half_typed_filter_not_lost(path: Path) -> None:
    async with explorer(path) as ui:
        await ui.press("slash", "0", "1")
        save(path, [*many(), named_workflow("another 01")])
        await ui.wait_until(lambda: any("another 01" in row for row in ui.tree))
        assert ui.focus == "filter"
        assert ui.explorer.query_one(FilterInput).value == "01"
        await ui.press("enter", "2")
        save(path, many())
        await ui.wait_for_news("1 workflow removed")
        assert ui.focus == "detail"
        assert "01" in ui.explorer.tree_view.state.filter


async def test_the_panes_keep_their_place(path: Path) -> None:
    found = many()
    found[2]["steps"][0]["params"] = {f"field {number}": number for number in range(60)}
    save(path, found)
    async with explorer(path) as ui:
        await ui.go_to("workflow 02")
        await ui.press("l", "j", "j", "3", *["j"] * 30)
        source = ui.explorer.side.source
        was = text_of(source.row.line[1:])
        assert "field" in was
        found.insert(0, named_workflow("before all"))
        found[3]["steps"][0]["params"] = {"one more": 1, **found[3]["steps"][0]["params"]}
        save(path, found)
        await ui.wait_for_news("1 step changed")
        assert text_of(source.row.line[1:]) == was
        assert ui.focus == "source"


async def test_history_goes_on_after_a_reload(path: Path) -> None:
    found = many()
    async with explorer(path) as ui:
        await ui.go_to("workflow 05")
        await ui.press("l", "j", "l", "j", "enter")
        assert "note.create a" in ui.cursor_row
        found.insert(0, named_workflow("before all"))
        save(path, found)
        await ui.wait_for_news("1 workflow added")
        await ui.press("left_square_bracket")
        assert "→" in ui.cursor_row
        assert owner(ui) == "workflow 05"


async def test_what_is_different_is_marked_until_it_is_looked_at(path: Path) -> None:
    async with explorer(path) as ui:
        found = many()
        found[3]["steps"][1]["params"] = {"body": "changed"}
        save(path, [*found, named_workflow("new")])
        await ui.wait_for_news("1 workflow added, 1 step changed")
        rows = ui.explorer.tree_view
        made = [rows.rows.make(index) for index in range(rows.rows.count)]
        marks = {text_of(row.line).strip(): text_of(row.mark) for row in made}
        assert marks["▸ workflow 03"] == "~", "what is in it is different"
        assert marks["▸ new"] == "+"
        assert marks["▸ workflow 04"] == ""
        await ui.go_to("new")
        assert text_of(rows.row.mark) == ""
        await ui.go_to("workflow 03")
        await ui.press("l")
        assert text_of(rows.row.mark) == ""
        await ui.press("j", "j", "j")
        await ui.press("k", "h", "h")
        assert "workflow 03" in ui.cursor_row
        assert text_of(rows.row.mark) == ""


async def test_what_changed_is_a_list_with_old_and_new_text(path: Path) -> None:
    async with explorer(path) as ui:
        found = many()
        found[3]["steps"][1]["params"] = {"body": "changed"}
        save(path, found)
        await ui.wait_for_news("1 step changed")
        await ui.press("c")
        assert ui.focus == "changes"
        rows = ui.rows(ui.explorer.changes)
        assert "1 step changed" in rows[0]
        assert "~ step b changed" in rows[1]
        assert any(row.startswith("+") and '"body": "changed"' in row for row in rows)
        await ui.press("j", "enter")
        assert 'note "changed" b' in ui.cursor_row
        await ui.press("c", "c")
        assert ui.focus == "tree"
        assert "changes" not in ui.panes
        assert not ui.explorer.tree_view.state.changed


async def test_many_new_problems_are_listed_without_reading_their_workflows(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kustui.definition import parsed_workflow

    original, read = parsed_workflow.read_workflow, []

    def noted(*arguments: Any, **named: Any) -> Any:
        if threading.current_thread() is threading.main_thread():
            read.append(arguments)
        return original(*arguments, **named)

    async with explorer(path) as ui:
        monkeypatch.setattr(parsed_workflow, "read_workflow", noted)
        found = many()
        for each in found:
            each["steps"][0]["transitions"] = [edge("nowhere"), edge("b")]
        save(path, found)
        await ui.wait_for_news("60 new problems")
        assert len(read) <= 1, "but for the workflow that is open"
        await ui.press("c")
        changes = ui.explorer.changes
        changes.cursor = max(index for index, row in enumerate(ui.rows(changes)) if row.startswith("new "))
        await ui.press("enter")
        assert ui.cursor_row == "→ note.create b ▲", "the transition itself"
        assert owner(ui) == "workflow 29"


async def test_while_a_file_does_not_parse_its_last_good_state_stays_under_a_banner(tmp_path: Path) -> None:
    path = write_json(tmp_path / "a.json", many(3))
    other = write_json(tmp_path / "b.json", [named_workflow("other")])
    async with explorer(tmp_path) as ui:
        await ui.go_to("workflow 01")
        text = path.read_text()
        at = text.index('"steps"')
        save(path, f"{text[:at]} oops {text[at:]}")
        await ui.wait_until(lambda: ui.explorer.banner.has_class("-open"))
        banner = ui.explorer.banner
        lines = ["".join(segment.text for segment in banner.render_line(y)) for y in (0, 1)]
        line = text[:at].count("\n") + 1
        assert f"a.json:{line}:" in lines[0]
        assert "oops" in lines[1]
        assert "workflow 01" in ui.cursor_row
        assert all(look == "muted" for _, look in ui.explorer.tree_view.row.line[2:])
        save(other, [named_workflow("other"), named_workflow("one more")])
        await ui.wait_until(lambda: any("one more" in row for row in ui.tree))
        assert banner.has_class("-open")
        ui.explorer.problem_navigator.go_to_banner()
        await ui.rest()
        assert any("oops" in row for row in ui.rows(ui.explorer.side.source))
        save(path, text)
        await ui.wait_until(lambda: not banner.has_class("-open"))
        assert "a.json can be read again" in ui.keys


async def test_a_lone_workflow_that_does_not_parse(tmp_path: Path) -> None:
    path = write_json(tmp_path / "one.json", a_workflow("one"))
    async with explorer(path) as ui:
        await ui.press("l", "j")
        here = ui.cursor_row
        save(path, "{")
        await ui.wait_until(lambda: ui.explorer.banner.has_class("-open"))
        assert ui.cursor_row == here
        await ui.press("p")
        assert "✗" in ui.cursor_row
        save(path, a_workflow("one"))
        await ui.wait_until(lambda: not ui.explorer.banner.has_class("-open"))
        assert any(row.endswith("one") or "one" in row for row in ui.tree)


async def test_a_file_that_is_gone_and_comes_back(path: Path) -> None:
    text = path.read_text()
    async with explorer(path) as ui:
        await ui.go_to("workflow 07")
        path.unlink()
        await ui.wait_for_news("app.json cannot be read")
        assert "workflow 07" in ui.cursor_row
        path.write_text(text)
        await ui.wait_for_news("app.json can be read again")
        assert "workflow 07" in ui.cursor_row


async def test_a_configuration_that_is_wrong_is_told_and_what_it_said_holds(tmp_path: Path) -> None:
    configuration = tmp_path / "kustui.toml"
    configuration.write_text('[rules]\nunknown-step-reference = "off"\n')
    path = write_json(tmp_path / "app.json", [named_workflow("a", step("a", params={"x": "/#steps.gone.y"}))])
    async with explorer(path) as ui:
        assert "no problems" in ui.status
        configuration.write_text("[rules\n")
        await ui.wait_until(lambda: any("kustui.toml:1:" in text for text in ui.notifications))
        assert "no problems" in ui.status
        configuration.write_text("")
        await ui.wait_for_news("1 new problem")


async def test_keys_are_answered_while_many_are_looked_at_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kustui.check import checker

    original = checker.check_workflow
    calls, may_end = itertools.count(), threading.Event()

    def slow(analysis: Any) -> Any:
        if next(calls):  # progress is told of once the first is checked
            may_end.wait(PATIENCE)
        return original(analysis)

    async with explorer(path) as ui:
        monkeypatch.setattr(checker, "check_workflow", slow)
        monkeypatch.setattr("kustui.workspace.background.PROGRESS_AFTER", 0.0)
        save(path, [named_workflow(f"workflow {number:02}", step("a")) for number in range(40)])
        await ui.wait_until(lambda: "checking" in ui.status)
        before = ui.cursor_row
        await ui.strike("j")
        assert ui.cursor_row != before
        assert "checking" in ui.status
        may_end.set()
        await ui.wait_for_news("added")
        assert "checking" not in ui.status


async def test_the_fault_is_in_view_though_its_file_is_one_long_line(tmp_path: Path) -> None:
    text = json.dumps(many(14), separators=(",", ":"))
    at = text.index('"steps"', len(text) // 2)
    assert len(text) > 5_000
    path = tmp_path / "app.json"
    path.write_text(text)
    async with explorer(path, size=(80, 24)) as ui:
        save(path, f"{text[:at]}oops {text[at:]}")
        banner = ui.explorer.banner
        await ui.wait_until(lambda: banner.has_class("-open"))
        where, line = ("".join(segment.text for segment in banner.render_line(y)) for y in (0, 1))
        assert where.startswith(f" ✗ app.json:1:{at + 1}  the key oops has no quotes"), (
            "what is wrong, however long the path"
        )
        assert line.startswith(" 1 │ …")
        assert "oops" in line
        assert "[true]}}]},oops" in line, "and what stands before it"
        assert line.rstrip().endswith("…")


@pytest.mark.parametrize("text", ['[{"name": "x", oops}]', "[", "[\n  \n", "[" + "漢" * 90 + "]", " " * 200 + "oops"])
def test_a_banner_always_marks_something(text: str) -> None:
    *_, second = banner_lines(document_of(text), 40)
    assert width_of(second) <= 40
    assert [piece for piece, look in second if look == "fault" and piece.strip()]


@pytest.mark.parametrize("text", ["", " \n "])
def test_a_banner_over_nothing_marks_nothing(text: str) -> None:
    (line,) = banner_lines(document_of(text), 200)
    assert "▌" not in text_of(line)


async def test_a_folder_that_gains_other_json_ignores_it(path: Path) -> None:
    async with explorer(path.parent) as ui:
        write_json(path.parent / "package.json", {"name": "shop", "scripts": {"steps": "node"}})
        (path.parent / "tsconfig.json").write_text('{ // strict\n "steps": [1], }')
        found = many()
        found[0]["steps"].append(step("c"))
        save(path, found)
        await ui.wait_for_news("1 step added")
        assert not any("package.json" in row or "tsconfig.json" in row for row in ui.tree)
        write_json(path.parent / "package.json", {"app": "shop", "version": "1.0.0", "title": "Shop"})
        await ui.wait_for_news("1 file added")
        assert any("package.json" in row for row in ui.tree)


async def test_a_stream_is_followed_and_kept_while_one_of_its_values_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "stream.json"
    values = [json.dumps(value) for value in many(3)]
    path.write_text("\n".join(values))
    async with explorer(path) as ui:
        assert len([row for row in ui.tree if "workflow 0" in row]) == 3
        path.write_text("\n".join((*values, json.dumps(named_workflow("one more", step("a"))))))
        await ui.wait_for_news("1 workflow added")
        path.write_text("\n".join((values[0], values[1][:-5], values[2])))
        await ui.wait_until(lambda: ui.explorer.banner.has_class("-open"))
        assert "stream.json:2:" in "".join(segment.text for segment in ui.explorer.banner.render_line(0))
        assert len([row for row in ui.tree if "workflow 0" in row]) == 3
        path.write_text("\n".join(values))
        await ui.wait_for_news("1 workflow removed")


async def test_a_key_that_depends_on_all_workflows_waits_for_what_follows_what_was_said_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_json(tmp_path / "app.json", many())
    async with explorer(path) as ui:
        workspace, told = ui.app.background.workspace, threading.Event()
        refresh = workspace.refresh

        def refresh_later(*arguments: Any) -> Any:
            told.wait(PATIENCE)
            return refresh(*arguments)

        monkeypatch.setattr(workspace, "refresh", refresh_later)
        found = many()
        found[3]["steps"][0]["params"] = {"body": "/#steps.gone.x"}
        save(path, found)
        await ui._poll(lambda: "1 step changed · 1 new problem" in ui.keys and "gone" in bar_text(ui, "banner"))
        assert "no problems" in ui.status
        await ui.strike("p")
        assert "p waits for the check" in ui.keys
        told.set()
        await ui.wait_until(lambda: "✗1" in ui.status and "gone" in bar_text(ui, "problem"))
