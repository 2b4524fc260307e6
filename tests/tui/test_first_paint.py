"""What is done before something is first seen: nothing twice, and nothing for what nobody sees yet."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys

import pytest

from tests.support.trees import SAMPLES

CODE = """
import asyncio, sys
from textual import events
from textual.css.stylesheet import Stylesheet
import kustui.commands.explore
from kustui.config.configuration import Configuration
from kustui.workspace.background import BackgroundWorkspace
from kustui.tui.app import Kustui
from kustui.tui.explorer.opening import Opening
from kustui.tui.explorer.reviewer import Reviewer
from kustui.tui.explorer.tree_view import TreeView

titles, modules, styled, at_last_row, at_first_key = [], [], [], [], []
update_nodes, follow = Stylesheet.update_nodes, Opening.follow

def counted(self, nodes, animate=False):
    found = list(nodes)
    styled.append(len(found))
    update_nodes(self, found, animate)

Stylesheet.update_nodes = counted

def painted_tree(self, crop, render_lines=TreeView.render_lines):
    titles.append(str(self.border_title))
    return render_lines(self, crop)

TreeView.render_lines = painted_tree

def first_painted(self):
    "Before what is done after the first paint; a key that was typed ahead is there by then."
    modules.extend([list(titles), sum(number > 5 for number in styled), list(sys.modules)])
    self._screen.app.post_message(events.Key("G", "G"))
    follow(self)

watch_cursor = TreeView.watch_cursor

def moved(self, before, now):
    watch_cursor(self, before, now)
    at_last_row.extend(sys.modules)

TreeView.watch_cursor = moved

def keys_are_answered(self):
    "Where it opens, right before the keys that were typed ahead; the thread that goes on importing waits for that."
    at_first_key.extend(sys.modules)

Opening.follow, Reviewer.begin = first_painted, keys_are_answered

async def painted():
    opening = BackgroundWorkspace([sys.argv[1]])
    opening.wait()
    async with Kustui(opening, preferences=Configuration([sys.argv[1]]).preferences()).run_test(size=(80, 24)) as pilot:
        while not at_first_key and pilot.app.is_running:
            await pilot.pause(0.01)

asyncio.run(painted())
import json

print(json.dumps([*modules, at_last_row, at_first_key]))
"""
NOT_YET = {
    "what works out, and is not there to see": ("networkx", "pydantic", "rapidfuzz", "wcwidth", "watchfiles", "re2"),
    "what measures text in other scripts": ("rich._unicode_data.unicode17-0-0",),
    "what is Textual's, and kustui has its own of": ("textual.command", "textual.widgets._option_list", "rich.table"),
    "what reads what few have": ("tomllib", "json", "hashlib", "tree_sitter", "kustui.definition.modules"),
    "what rules find": ("kustui.check.checker", "kustui.check.rules", "kustui.check.rule",
                        "kustui.config.check_settings"),
    "what drawings are made with": ("kustui.analysis", "kustui.diagrams.rail_drawing", "kustui.diagrams.box_drawing"),
    "what a key asks for": (
        "kustui.simulate", "kustui.tui.rehearsal", "kustui.search.index", "kustui.tui.finder",
        "kustui.tui.help", "kustui.tui.palette", "kustui.tui.explorer.scenarios_view", "kustui.tui.explorer.marks",
        "kustui.tui.copy_menu", "kustui.tui.clipboard",
        "kustui.tui.editor", "kustui.workspace.difference",
        "textual.widgets._input", "kustui.tui.widgets.filter_input", "kustui.tui.diagrams.rate_input",
        "kustui.tui.explorer.definitions", "kustui.tui.explorer.session",
    ),
}  # fmt: skip
NOT_FOR_NAMES = ("pydantic", "kustui.definition.models", "kustui.definition.expressions", "kustui.analysis")
NOT_FOR_KEYS = {
    "what the panes show": (
        "kustui.tui.explorer.detail", "kustui.tui.explorer.source_rows", "kustui.diagrams.rail_drawing",
    ),
    "what rules find, and what mends it": ("kustui.check.checker", "kustui.check.rules", "kustui.fix", "networkx"),
    "what rules and rehearsals work out": (
        "kustui.analysis.abstract_run", "kustui.analysis.effects", "kustui.analysis.feasibility",
        "kustui.analysis.outside_links", "kustui.analysis.apps", "kustui.definition.source.syntax",
    ),
    "what reads templates": (
        "kustui.definition.expressions.common_templates", "kustui.definition.expressions.template_tree",
        "kustui.definition.expressions.tokens", "kustui.definition.expressions.tags",
    ),
    "what looks for plugins of pydantic": ("importlib.metadata", "email"),
}  # fmt: skip
Opened = tuple[list[str], int, set[str], set[str], set[str]]


@pytest.fixture(scope="module")
def first_paint(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The title of the tree whenever it was painted, how often all was styled, and what was imported until then, until
    a key that was typed ahead had led to the last workflow, and until any key was answered."""
    path = shutil.copy(
        SAMPLES / "scheduling-pair.json", tmp_path_factory.mktemp("opened")
    )  # no pyproject.toml above it
    done = subprocess.run([sys.executable, "-c", CODE, path], capture_output=True, text=True, check=True)
    titles, styled, *modules = json.loads(done.stdout)
    first, at_last_row, at_first_key = map(set, modules)
    return titles, styled, first, at_last_row, at_first_key


def test_no_pane_is_styled_again_once_it_is_there(first_paint: Opened) -> None:
    assert first_paint[1] == 0


def test_it_says_how_many_workflows_there_are(first_paint: Opened) -> None:
    """Another title would paint the pane once more."""
    assert len(set(first_paint[0])) == 1
    assert first_paint[0][0].startswith("[bold]1:Workflows (2)[")


@pytest.mark.parametrize("names", [*NOT_YET.values(), *NOT_FOR_KEYS.values(), NOT_FOR_NAMES])
def test_what_is_not_to_be_imported_is_there(names: tuple[str, ...]) -> None:
    assert [name for name in names if importlib.util.find_spec(name) is None] == []


@pytest.mark.parametrize("what", NOT_YET)
def test_nothing_is_imported_that_nobody_sees_yet(what: str, first_paint: Opened) -> None:
    assert first_paint[2].isdisjoint(NOT_YET[what])


@pytest.mark.parametrize("what", NOT_FOR_KEYS)
def test_no_key_waits_for_what_only_the_panes_need(what: str, first_paint: Opened) -> None:
    assert "kustui.analysis.workflow_analysis" in first_paint[4]
    assert first_paint[4].isdisjoint(NOT_FOR_KEYS[what])


def test_a_key_that_leads_to_a_workflow_does_not_wait_for_what_opens_one(first_paint: Opened) -> None:
    assert "kustui.tui.explorer.opening" in first_paint[3]
    assert first_paint[3].isdisjoint(NOT_FOR_NAMES)
