"""The map of the organisation at the keyboard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kustui.cache import Cache
from kustui.check.rule import step, to, when, workflow
from kustui.tui.diagrams.boxes_view import MapBoxesView
from kustui.tui.diagrams.map_view import MapView
from kustui.workspace.check_cache import CachedCheck
from kustui.workspace.snapshot import check_snapshot, open_paths
from tests.support.explorer import ORGANISATION, ExplorerPilot, explorer
from tests.support.organisations import CREATE, UPDATE, writes
from tests.support.trees import text_of

if TYPE_CHECKING:
    from pathlib import Path

CHANGED = "/#steps.1.changes.attributes.status.after"
DEFINITIONS = [
    workflow("Writer", writes("aa", status="open"), event=CREATE),
    workflow(
        "Reader",
        step("bb", action="kustomer.rest-api.json", params={"uri": "https://one.example.com", "method": "GET"}),
        event=UPDATE,
        entry=(to("bb", when("exists", CHANGED)),),
    ),
]


@pytest.fixture
def organisation(tmp_path: Path) -> Path:
    path = tmp_path / "organisation.json"
    path.write_text(json.dumps(DEFINITIONS))
    return path


def map_of(ui: ExplorerPilot) -> MapView:
    return ui.explorer.query_one("#map", MapView)


def shown(ui: ExplorerPilot) -> list[str]:
    view = map_of(ui)
    return [text_of(view.rows.make(index).line).rstrip() for index in range(view.rows.count)]


async def open_map(ui: ExplorerPilot, workflow: str = "") -> None:
    """Go to the map, around a workflow or around the first."""
    if workflow:
        await ui.go_to(workflow)
    await ui.press("0")
    await ui.wait_until(lambda: map_of(ui).rows.count)


async def go_to_row(ui: ExplorerPilot, text: str) -> None:
    map_of(ui).cursor = next(index for index, row in enumerate(shown(ui)) if text in row)
    await ui.rest()


async def test_what_was_checked_at_another_time_has_a_map_too(organisation: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache" / "results.sqlite")
    check = CachedCheck(cache, lambda: check_snapshot)
    check(open_paths([str(organisation)]))
    check.keep()
    async with explorer(organisation, cache=cache) as ui:
        await open_map(ui, "Writer")
        assert "└╌ writes status → ◆ conversation.update" in shown(ui)


async def test_it_shows_what_the_selected_workflow_brings_about_and_what_leads_to_it(organisation: Path) -> None:
    async with explorer(organisation, size=(160, 48)) as ui:
        await open_map(ui, "Writer")
        assert ui.focus == "map"
        assert shown(ui) == [
            "● Writer",
            "",
            "What it brings about",
            "└╌ writes status → ◆ conversation.update",
            "   └─ ● Reader  may start: it asks whether status changed …",
            "",
            "What leads to it",
            "└─ started by ◆ note.create",
            "",
            "Writes",
            "□ conversation.status",
        ]
        await ui.press("plus")
        assert any("calls ◎ one.example.com" in row for row in shown(ui))
        assert map_of(ui).title == "0 Map 3 links each way"


async def test_enter_centres_on_what_a_row_names_and_comes_back(organisation: Path) -> None:
    async with explorer(organisation, size=(160, 48)) as ui:
        await open_map(ui, "Writer")
        await go_to_row(ui, "conversation.status")
        await ui.press("enter")
        assert shown(ui)[0] == "□ conversation.status"
        await go_to_row(ui, "Reader")
        await ui.press("enter")
        assert shown(ui)[0] == "● Reader"
        await ui.press("left_square_bracket", "left_square_bracket")
        assert (shown(ui)[0], map_of(ui).cursor) == ("● Writer", 10)
        assert "Writer" in ui.cursor_row, "the tree stays where it is"


async def test_without_a_place_before_the_key_goes_back_in_the_tree(organisation: Path) -> None:
    async with explorer(organisation, size=(160, 48)) as ui:
        await open_map(ui, "Writer")
        await go_to_row(ui, "Reader")
        await ui.press("d")
        assert "Reader" in ui.cursor_row
        await ui.press("0", "left_square_bracket")
        assert "Writer" in ui.cursor_row


async def test_the_tree_leads_the_map_again_once_it_selects_another_workflow(organisation: Path) -> None:
    async with explorer(organisation, size=(160, 48)) as ui:
        await open_map(ui, "Writer")
        await go_to_row(ui, "note.create")
        await ui.press("enter")
        assert shown(ui)[0] == "◆ note.create"
        await ui.press("1")
        await ui.go_to("Reader")
        assert shown(ui)[0] == "● Reader"


async def test_lists_are_sorted_and_grouped_and_lead_to_the_map(organisation: Path) -> None:
    async with explorer(organisation, size=(160, 48)) as ui:
        await open_map(ui)
        await ui.press("o")
        assert shown(ui) == ["2 workflows", "● Reader", "● Writer"]
        assert map_of(ui).position == (1, 2), "the titles are none of them"
        await ui.press("s", "s", "s")
        assert shown(ui) == ["2 workflows", "● Writer", "● Reader"]
        await ui.press("s", "s")
        assert shown(ui) == ["2 workflows by name", "● Reader", "● Writer"]
        await ui.press("v")
        assert shown(ui)[1:] == ["conversation.update  1", "● Reader", "note.create  1", "● Writer"]
        await ui.press("v", "o")
        assert shown(ui) == ["2 events", "◆ conversation.update", "◆ note.create"]
        await ui.press("o", "o")
        assert shown(ui) == ["1 host", "◎ one.example.com"]
        await ui.press("enter")
        assert "● Reader" in " ".join(shown(ui))


async def test_a_list_is_narrowed_as_text_is_typed_and_escape_shows_all(organisation: Path) -> None:
    async with explorer(organisation, size=(160, 48)) as ui:
        await open_map(ui)
        await ui.press("o", "slash", *"note")
        assert shown(ui) == ["1 of 2 workflows with “note”", "● Writer"]
        await ui.press("enter")
        assert ui.focus == "map"
        assert shown(ui)[0] == "1 of 2 workflows with “note”"
        await ui.press("escape")
        assert (ui.focus, shown(ui)) == ("map", ["2 workflows", "● Reader", "● Writer"])
        await ui.press("slash", *"xyz", "escape")
        assert shown(ui)[0] == "2 workflows"
        await ui.press("o", "o", "o", "o", "slash", *"conv", "enter")
        assert map_of(ui).search.text == "conv", "the map itself is searched"


async def test_uses_of_a_field_are_who_writes_and_reads_it(organisation: Path) -> None:
    async with explorer(organisation, size=(160, 48)) as ui:
        await open_map(ui, "Writer")
        await go_to_row(ui, "□ conversation.status")
        await ui.press("u")
        await ui.wait_until(lambda: ui.focus == "uses")
        assert ui.explorer.panes.uses is not None
        rows = ui.rows(ui.explorer.panes.uses)
        assert rows == ['← written by Writer › status = "open" aa', "→ read by Reader › the trigger"]


async def test_from_a_read_to_the_write_that_fills_it(organisation: Path) -> None:
    async with explorer(organisation, size=(160, 48)) as ui:
        await ui.go_to("Reader")
        await ui.press("E")
        await ui.go_to("exists")
        await ui.press("3")
        source = ui.explorer.side.source
        source.cursor = next(index for index in range(source.rows.count) if "changes" in source.rows.text(index))
        await ui.rest()
        await ui.press("d")
        await ui.wait_until(lambda: ui.focus == "uses")
        assert ui.explorer.panes.uses is not None
        assert any("written by Writer" in row for row in ui.rows(ui.explorer.panes.uses))


async def test_what_is_saved_is_on_the_map_and_the_centre_stays(organisation: Path) -> None:
    async with explorer(organisation, size=(160, 48)) as ui:
        await open_map(ui, "Writer")
        await go_to_row(ui, "conversation.update")
        await ui.press("enter")
        organisation.write_text(json.dumps([*DEFINITIONS, workflow("Third", step("cc"), event=UPDATE)]))
        await ui.wait_until(lambda: any("Third" in row for row in shown(ui)))
        assert shown(ui)[0] == "◆ conversation.update"


async def test_rates_of_events_tell_the_load_of_all_chains_together() -> None:
    async with explorer(ORGANISATION, size=(160, 60)) as ui:
        await ui.press("0", "o", "o", "i", *"200/h", "enter")
        await ui.wait_until(lambda: any("200 events an hour" in row for row in shown(ui)))
        assert ui.focus == "map"
        assert shown(ui)[map_of(ui).cursor] == "◆ conversation.update  200 events an hour"
        assert any(row == "after many days           0        450" for row in shown(ui))
        await ui.press("i", *"nonsense", "enter")
        assert "a rate is a number per hour" in ui.keys
        await ui.press("escape", "i", "enter")
        await ui.wait_until(lambda: not any("events an hour" in row for row in shown(ui)))


def boxes_of(ui: ExplorerPilot) -> list[str]:
    drawing = ui.explorer.query_one("#map-boxes", MapBoxesView).drawing
    return [] if drawing is None else sorted(node.name for node in drawing.diagram.nodes)


async def test_as_boxes_it_is_around_the_same_node(organisation: Path) -> None:
    async with explorer(organisation, size=(160, 48)) as ui:
        await open_map(ui, "Writer")
        await ui.press("B")
        view = ui.explorer.query_one("#map-boxes", MapBoxesView)
        assert boxes_of(ui) == ["Reader", "Writer", "conversation.update", "note.create"]
        assert view.selected.startswith("workflow:")
        await ui.press("j", "enter")
        assert view.selected == "event:kustomer.conversation.update"
        await ui.press("minus")
        assert boxes_of(ui) == ["Reader", "Writer", "conversation.update"]
        await ui.press("0")
        assert shown(ui)[0] == "◆ conversation.update"
        await ui.press("B", "left_square_bracket")
        assert boxes_of(ui) == ["Writer", "conversation.update", "note.create"]
        await ui.press("o")
        assert (ui.focus, shown(ui)[0]) == ("map", "2 workflows")


async def test_too_many_boxes_are_not_drawn_and_it_is_said_what_to_press(tmp_path: Path) -> None:
    path = tmp_path / "many.json"
    listeners = [workflow(f"w{number}", step("aa"), event=UPDATE) for number in range(160)]
    path.write_text(json.dumps([workflow("Writer", writes("aa", status="open"), event=CREATE), *listeners]))
    async with explorer(path, size=(100, 30)) as ui:
        await ui.go_to("Writer")
        await ui.press("B")
        view = ui.explorer.query_one("#map-boxes", MapBoxesView)
        await ui.wait_until(lambda: view.nothing)
        assert view.nothing == "163 boxes are too many to draw: - reaches less far, 0 lists them"
        await ui.press("minus")
        assert boxes_of(ui) == ["Writer", "conversation.update", "note.create"]
