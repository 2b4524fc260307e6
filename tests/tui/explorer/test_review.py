"""A review on the screen: what changed since a revision is marked and listed, and both states can be seen."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from kustui.cache import Cache
from kustui.config.actions import ACTIONS
from kustui.definition.collection import Collection
from kustui.review import comparison
from kustui.tui.app import Kustui
from kustui.tui.diagrams.rail_view import RailView
from kustui.tui.widgets.rows_view import RowsView
from kustui.workspace.background import BackgroundWorkspace
from tests.support.clipboard import Clipboard
from tests.support.explorer import ExplorerPilot, explorer
from tests.support.flows import edge, step, workflow
from tests.support.history import History
from tests.support.trees import text_of

Definition = dict[str, Any]


def named(id_: str, name: str, targets: str = "", **members: Any) -> Definition:
    return step(id_, targets, meta={"displayName": name}, **members)


ORDER = workflow(
    "ask",
    named("ask", "Ask", "tell log"),
    named("tell", "Tell", "close", params={"body": "old words"}),
    named("log", "Log", "close"),
    named("close", "Close"),
    id="order", name="Order",
)  # fmt: skip
GONE = workflow("a", named("a", "Bye"), id="gone", name="Gone")
SAME = workflow("a", named("a", "Stay"), id="same", name="Same")


def changed(order: Definition) -> Definition:
    """With a step that went, one that came, and one that changed."""
    order = copy.deepcopy(order)
    steps = {one["id"]: one for one in order["steps"]}
    steps["tell"]["params"]["body"] = "new words"
    steps["ask"]["transitions"][1] = edge("note")
    order["steps"].remove(steps["log"])
    order["steps"].append(named("note", "Note", "close"))
    return order


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    """A repository in which something is not as it was committed; it is the current folder."""
    monkeypatch.chdir(tmp_path)
    history = History(tmp_path)
    history.commit(flows__order=ORDER, flows__gone=GONE, flows__same=SAME)
    history.write(
        flows__order=changed(ORDER), flows__gone=None, flows__new=workflow("a", step("a"), id="n", name="New")
    )
    return history


@asynccontextmanager
async def reviewing(since: str = "HEAD", size: tuple[int, int] = (100, 40)) -> AsyncIterator[ExplorerPilot]:
    async with explorer("flows", size=size, since=since) as ui:
        await ui.wait_for_workers()
        await ui.rest()
        yield ui


def listed(ui: ExplorerPilot) -> list[str]:
    return ui.rows(ui.explorer.query_one("#review", RowsView))


def marks(ui: ExplorerPilot) -> dict[str, str]:
    """The marks of the tree by the names of the rows."""
    view = ui.explorer.tree_view
    rows = [view.rows.make(index) for index in range(view.rows.count)]
    signs = {text_of(row.line).split()[-1]: text_of(row.mark)[:1] for row in rows}
    return {name: sign if sign in "+-~" else "" for name, sign in signs.items()}


async def test_since_marks_and_lists_everything_that_changed(files: History) -> None:
    async with reviewing() as ui:
        assert ui.focus == "review"
        assert "HEAD" in str(ui.explorer.query_one("#review").border_title)
        assert [row[:1] for row in listed(ui)] == ["+", "~", "~", "-", "+", "-"]
        assert any("new words" in row and "old words" in row for row in listed(ui))
        await ui.press("1", "E")
        await ui.go_to("Order")
        await ui.press("E")
        assert marks(ui) | {"Order": "", "Tell": "~", "Log": "-", "Note": "+", "Close": ""} == marks(ui)
        assert (marks(ui)["Gone"], marks(ui)["New"], marks(ui)["Same"]) == ("-", "+", "")


async def test_the_flow_draws_both_states(files: History) -> None:
    async with reviewing() as ui:
        await ui.press("1")
        await ui.go_to("Order")
        rail = ui.explorer.query_one(RailView)
        drawn = "\n".join(ui.rows(rail))
        assert "- Log" in drawn
        assert "+ Note" in drawn
        assert "~ Tell" in drawn
        await ui.press("b")
        assert ui.explorer.side.diagrams["boxes"].drawing is not None  # type: ignore[attr-defined]
        await ui.press("1", "V", "V", "f")
        assert "Log" not in "\n".join(ui.rows(rail)), "the review has ended"


async def test_the_cursor_of_the_list_leads_the_other_panes_and_enter_goes_there(files: History) -> None:
    async with reviewing(size=(160, 48)) as ui:
        index = next(index for index, row in enumerate(listed(ui)) if "words" in row)
        await ui.press(*"j" * index)
        assert ui.focus == "review"
        assert "Tell" in ui.cursor_row
        detail = "\n".join(ui.detail)
        assert "changed since HEAD" in detail
        assert any("old words" in row and "new words" in row and "│" in row for row in ui.detail), "beside each other"
        await ui.press("enter")
        assert ui.focus == "tree"
        assert "Tell" in ui.cursor_row


async def test_where_there_is_no_room_what_was_stands_above_what_is(files: History) -> None:
    async with reviewing(size=(80, 24)) as ui:
        index = next(index for index, row in enumerate(listed(ui)) if "words" in row)
        await ui.press(*"j" * index, "2")
        rows = ui.detail
        old = next(index for index, row in enumerate(rows) if row.startswith("-") and "old words" in row)
        assert rows[old + 1].startswith("+")
        assert "new words" in rows[old + 1]


async def test_keys_go_from_change_to_change_and_round(files: History) -> None:
    async with reviewing() as ui:
        await ui.press("1", "g")
        seen, said = [], []
        for _ in range(len(listed(ui))):
            await ui.press("right_curly_bracket")
            seen.append(ui.cursor_row)
            said.append(ui.keys)
        assert len(set(seen)) == len(listed(ui)), "each once"
        assert ui.focus == "tree"
        assert ["from the top" in words for words in said] == [False] * (len(said) - 1) + [True]
        await ui.press("left_curly_bracket")
        assert ui.cursor_row == seen[-2]
        assert "from the bottom" in ui.keys


async def test_a_key_compares_with_the_last_commit_and_ends_it_again(files: History) -> None:
    async with explorer("flows") as ui:
        assert "-" not in marks(ui).values()
        await ui.press("V")
        assert ui.focus == "review"
        assert "-" in marks(ui).values()
        await ui.press("escape")
        assert ui.focus == "tree"
        assert "-" in marks(ui).values(), "the marks stay"
        await ui.press("V", "V")
        assert ui.focus == "tree"
        assert "-" not in marks(ui).values()
        assert not ui.explorer.query_one("#review").display


async def test_what_changed_is_seen_in_the_detail_where_the_cursor_was_already(files: History) -> None:
    order = copy.deepcopy(ORDER)
    order["steps"][1]["params"]["body"] = "new words"
    files.commit(flows__order=ORDER)
    files.write(flows__order=order)
    async with explorer("flows", size=(160, 48)) as ui:
        await ui.press("V", "V")
        assert "Tell" in ui.cursor_row
        await ui.press("V")
        detail = ui.explorer.side.detail
        assert "changed since HEAD" in text_of(detail.rows.make(detail.top).line)


async def test_a_key_that_is_typed_at_once_does_the_same(files: History) -> None:
    async with explorer("flows") as ui:
        ui.type_ahead("V", "G", "enter")
        await ui.wait_for_keys()
        await ui.rest()
        assert "Gone" in ui.cursor_row


async def test_what_is_gone_can_be_read_and_not_changed(files: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor")
    async with reviewing() as ui:
        await ui.press("1")
        await ui.go_to("Order")
        await ui.press("E")
        await ui.go_to("Log")
        assert any("gone since HEAD" in row for row in ui.detail)
        assert any('"log"' in row for row in ui.rows(ui.explorer.side.source))
        await ui.press("e")
        assert "nothing to edit" in ui.keys
        await ui.press("r")
        assert ui.app.screen is ui.explorer
        for key in ("x", "D", "I", "u", "d", "p", "P", "w", "t", "a", "B", "f", "b", "y", "escape"):
            await ui.press(key)
        assert ui.app.internal_error is None
        await ui.press("1")
        await ui.go_to("Gone")
        for key in ("l", "j", "l", "e", "r", "u", "d", "p", "w", "t", "a", "B", "f", "b", "3", "2", "1", "E", "C"):
            await ui.press(key)
        assert ui.app.internal_error is None


async def test_after_a_save_it_is_compared_anew(files: History) -> None:
    async with reviewing() as ui:
        await ui.press("1")
        files.write(flows__order=ORDER)
        await ui.wait_until(lambda: not any("words" in row for row in listed(ui)))
        assert [row[:1] for row in listed(ui)] == ["+", "-"]
        files.write(flows__same={**SAME, "name": "Other"})
        await ui.wait_until(lambda: any("Other" in row for row in listed(ui)))


async def test_a_key_that_waits_for_the_comparison_after_a_save_can_be_cancelled(
    files: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, read_state = threading.Event(), comparison.read_state

    def slowly(*arguments: Any, **options: Any) -> Any:
        goes_on.wait(60)
        return read_state(*arguments, **options)

    async with reviewing() as ui:
        await ui.press("1", "g")
        before = ui.cursor_row
        monkeypatch.setattr(comparison, "read_state", slowly)
        snapshot = ui.explorer.snapshot
        ui.explorer.reviewer.take(replace(snapshot, collection=Collection(snapshot.collection.documents)))
        ui.explorer.reviewer.next(1)
        await ui.pilot.pause()
        assert ui.explorer.waiting.cancel()
        goes_on.set()
        await ui.wait_for_workers()
        await ui.rest()
        assert ui.cursor_row == before


async def test_a_file_that_was_only_laid_out_anew_has_not_changed(files: History) -> None:
    Path("flows/order.json").write_text(json.dumps(ORDER, indent=7, sort_keys=True))
    Path("flows/gone.json").write_text(json.dumps(GONE))
    Path("flows/new.json").unlink()
    async with explorer("flows") as ui:
        await ui.press("V")
        assert "nothing changed since HEAD" in ui.keys
        assert ui.focus == "tree"


async def test_where_there_is_no_repository_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    Path("order.json").write_text(json.dumps(ORDER))
    async with explorer("order.json") as ui:
        for key in ("V", "right_curly_bracket"):
            await ui.press(key)
            assert "not in a git repository" in ui.keys
        assert ui.focus == "tree"


async def test_a_revision_that_is_not_there_ends_the_program_with_one_line(files: History) -> None:
    app = Kustui(BackgroundWorkspace(["flows"], cache=Cache), since="no-such-revision")
    async with app.run_test() as pilot:
        ui = ExplorerPilot(pilot)
        await ui._poll(lambda: app.return_code is not None)
    assert app.return_code == 2
    assert app.exit_message.startswith("kustui: no-such-revision: no such revision")
    assert "\n" not in app.exit_message


async def test_problems_that_are_new_or_fixed_are_told(files: History) -> None:
    order = changed(ORDER)
    order["steps"][0]["transitions"].append(edge("nowhere"))
    files.write(flows__order=order)
    async with reviewing() as ui:
        title = str(ui.explorer.query_one("#review").border_title)
        assert "new problem" in title or " new" in title
        await ui.press("1")
        await ui.go_to("Order")
        assert any(row.startswith("new ✗ the transition leads") for row in ui.detail)
        files.write(flows__order=changed(ORDER))
        await ui.wait_until(lambda: not any(row.startswith("new ✗") for row in ui.detail))


async def test_the_key_compares_with_the_commit_that_is_the_last_one_now(files: History) -> None:
    async with reviewing() as ui:
        files.commit()
        await ui.press("1", "V")
        assert "nothing changed since HEAD" in ui.keys
        assert "-" not in marks(ui).values()


async def test_the_list_of_uses_leads_back_to_the_list_it_was_opened_from(files: History) -> None:
    async with reviewing() as ui:
        index = next(index for index, row in enumerate(listed(ui)) if "words" in row)
        await ui.press(*"j" * index, "u")
        assert ui.focus == "uses"
        await ui.press("escape")
        assert ui.focus == "review"
        assert ui.explorer.query_one("#review").display


async def test_hiding_the_list_keeps_the_marks(files: History) -> None:
    async with reviewing() as ui:
        await ui.press("Z")
        assert ui.focus == "tree"
        assert not ui.explorer.query_one("#review").display
        assert "-" in marks(ui).values()


async def test_the_flow_of_both_states_is_copied_as_mermaid(files: History, board: Clipboard) -> None:
    async with reviewing() as ui:
        await ui.press("1")
        await ui.go_to("Order")
        await ui.press("y", "m")
        assert "classDef removed" in board.terminal[-1]


async def test_no_key_fails_where_something_is_gone(files: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor")
    groups = {"1": ("tree", "go", "view", "selected", "fix", "find"), "5": ("rail",), "6": ("boxes",)}
    keys = [(pane, action) for pane, names in groups.items() for action in ACTIONS if action.group in names]
    async with reviewing(size=(100, 30)) as ui:
        for number, (pane, action) in enumerate(keys):
            await ui.press("1", "escape")
            if "Log" not in "\n".join(ui.tree):  # a key has closed it, or ended the review
                await ui.press("V", "1")
                await ui.go_to("Order")
                await ui.press("E")
            await ui.go_to(("Log", "Gone")[number % 2])
            await ui.press(pane, *action.key_list[:1])
            assert ui.app.internal_error is None, action.id
            await ui.press("escape", "escape")
