"""Scenarios as tests: what came of them is listed, marked in the tree, and said once a save breaks one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from kustui.definition.collection import Entry
from kustui.groups import grouped
from kustui.text.messages import counted
from kustui.text.styled_lines import Line
from kustui.tui.bindings import first_key
from kustui.tui.explorer.part import Part, Shared
from kustui.tui.explorer.rehearsal_opener import RehearsalOpener
from kustui.tui.widgets.bars import LinesFor
from kustui.tui.widgets.rows import NodeKey, node_key, workflow_key
from kustui.tui.widgets.rows_view import RowsView
from kustui.workspace.events import ScenariosReplayed

if TYPE_CHECKING:
    from kustui.simulate.scenarios.suite import ScenarioResult
    from kustui.tui.explorer.fix_actions import FixActions
    from kustui.tui.explorer.scenarios_view import ScenariosView  # not before there are scenarios
    from kustui.tui.explorer.selection import CurrentSelection

_LIST = "tests"


class ScenarioTests(Part):
    """Shows what came of the scenarios, and goes from them to where they differ."""

    def __init__(
        self,
        shared: Shared,
        rehearsals: RehearsalOpener,
        fixes: Callable[[], FixActions],
        selection: Callable[[], CurrentSelection],
    ) -> None:
        super().__init__(shared)
        self._rehearsals, self._fixes, self._selection = rehearsals, fixes, selection
        self._view: ScenariosView | None = None
        self._replayed: ScenariosReplayed | None = None
        self._new: frozenset[str] = frozenset()
        """The paths of those that a save has broken, and that nobody has looked at."""
        self._failing: Mapping[NodeKey, Sequence[ScenarioResult]] = {}
        """Those that fail, by the node at which it shows and those above it."""
        self._presenter.scenario_lines = self.lines_here

    # What comes

    def take(self, replayed: ScenariosReplayed) -> None:
        """Show what came of the scenarios."""
        before, self._replayed = self._replayed, replayed
        failed = {result.path for result in replayed.results if not result.passed}
        if not replayed.due:
            self._new = (self._new & failed) | replayed.new
        self.show()
        if before is not None and any(not result.passed for result in before.results) and not (failed or replayed.due):
            self._views.status.say("✓ every scenario passes again" if replayed.results else "", "good")

    def show(self) -> None:
        """Show it of the current snapshot."""
        replayed, state = self._replayed, self._views.tree.state
        if replayed is None:
            return
        failed = self._failed
        keys = ((self._node_of(result), result) for result in failed)
        failing = grouped((key[:size], result) for key, result in keys for size in range(1, len(key) + 1))
        self._failing = failing
        if self._view is not None and self._screen.focused is self._view and self._view.result is not None:
            self._new -= {self._view.result.path}  # somebody is looking at it
        if state.show_failing({key: len(results) for key, results in failing.items()}):
            self._views.tree.refresh()
        self._presenter.show_failing(len(failed))
        self._say_in_banner(failed)
        self._list()

    def _say_in_banner(self, failed: Sequence[ScenarioResult]) -> None:
        new = [result for result in failed if result.path in self._new]
        if not new:
            self._problem_navigator.show_failure(None)
            return
        from kustui.tui.explorer.scenarios_view import said_of

        key = first_key(self._screen.app, "view.tests")
        others = f" · {counted(len(new) - 1, 'other scenario')} too" if len(new) > 1 else ""
        after: Line = (
            (others, "muted"),
            (" · ", "muted"),
            (key, "key"),
            (" lists it" if not others else " lists them", "muted"),
        )
        self._problem_navigator.show_failure(
            lambda width: said_of(new[0], width, names=True, after=after if key else ())
        )

    def _node_of(self, result: ScenarioResult) -> NodeKey:
        """The node of the tree at which a scenario differs first, or of the workflow that it starts."""
        by_key = self._views.tree.state.snapshot.collection.by_key
        first = result.differences[0] if result.differences else None
        if first is not None and (entry := by_key.get(first.workflow)) is not None:
            return node_key(entry, first.node)
        entry = self._workflow_of(result)
        return workflow_key(entry) if entry is not None else ()

    def _workflow_of(self, result: ScenarioResult) -> Entry | None:
        by_key = self._views.tree.state.snapshot.collection.by_key
        keys = (*result.workflows, *sorted(result.concerns))
        return next((by_key[key] for key in keys if key in by_key), None)

    def lines_here(self, is_problem: bool) -> LinesFor | None:
        """What is to be said of the scenario under the cursor; in the tree, where nothing else is wrong, of the one
        that fails there."""
        if self._replayed is None:
            return None
        from kustui.tui.explorer.scenarios_view import said_of

        focused, node = self._screen.focused, self._views.tree.node
        if self._view is not None and focused is self._view:
            result = self._view.result
            return (lambda width: said_of(result, width)) if result is not None else None
        here = self._failing.get(node.key, ()) if node is not None and node.entry is not None else ()
        if is_problem or not here or (here[0].path in self._new):  # the last is said in the banner
            return None
        more = f"  and {counted(len(here) - 1, 'other scenario')}" if len(here) > 1 else ""
        return lambda width: said_of(here[0], width, names=True, after=((more, "muted"),))

    # The list

    async def toggle(self) -> None:
        """Go into the list of scenarios, or close it from inside."""
        if self._view is not None and self._screen.focused is self._view:
            self._panes.close_list(_LIST)
            return
        if self._view is None:
            from kustui.tui.explorer.scenarios_view import ScenariosView

            self._view = ScenariosView(self._node_of, id=_LIST)
            await self._screen.mount(self._view, before="#problem")
        self._list()
        if self._new:
            self._view.cursor = 0
        self._panes.enter_list(_LIST)
        self.preview()

    async def go_to_banner(self) -> bool:
        """Go to what the banner says, where that is a scenario; whether it is."""
        if self._problem_navigator.shows_failure:
            await self.toggle()
            return True
        return False

    def _list(self) -> None:
        if (view := self._view) is not None:
            view.replayed, view.new = self._replayed, self._new
            view.guidance = self._guidance
            view.list_scenarios()
            self._presenter.source_moved()

    @property
    def _guidance(self) -> str:
        """How a scenario is made."""
        app, paths = self._screen.app, self._views.tree.state.snapshot.paths
        rehearse, save = first_key(app, "view.rehearse"), first_key(app, "rehearse.save")
        path = paths[0] if len(paths) == 1 else "PATH"
        return (
            f"{rehearse} rehearses a workflow and {save} saves that as one, or make one of every path: "
            f"kustui simulate {path} --explore --save FOLDER"
        )

    def preview(self) -> None:
        """Show the place of the scenario of the list's cursor in the other panes."""
        if self._view is None or self._screen.focused is not self._view or (result := self._view.result) is None:
            return
        if result.path in self._new:
            self._new -= {result.path}
            self._say_in_banner(self._failed)
        if key := self._node_of(result):
            self._navigator.show(key)
        self._presenter.source_moved()

    @property
    def _failed(self) -> Sequence[ScenarioResult]:
        results = self._replayed.results if self._replayed is not None else ()
        return [result for result in results if not result.passed]

    # From one of them

    def choose(self, view: RowsView) -> bool:
        """Rehearse the scenario under the cursor, where the list was chosen from; whether it was."""
        if view is not self._view:
            return False
        if (result := self._view.result) is not None:
            self._rehearse(result)
        return True

    def _rehearse(self, result: ScenarioResult) -> None:
        entry = self._workflow_of(result)
        if entry is None or result.errors:
            key = first_key(self._screen.app, "tests.edit")
            self._views.status.say(f"it cannot be replayed as it is: {key} edits it", "muted")
        else:
            self._rehearsals.open_scenario(entry, result.path)

    def _chosen(self) -> ScenarioResult | None:
        """The scenario under the cursor; else it is said where there is one."""
        result = self._view.result if self._view is not None and self._screen.focused is self._view else None
        if result is None:
            self._views.status.say(f"{first_key(self._screen.app, 'view.tests')} lists the scenarios", "muted")
        return result

    def accept(self) -> None:
        """Show what the file of the scenario is to be for it to expect what came."""
        if (result := self._chosen()) is None:
            return
        if result.passed:
            self._views.status.say("it passes: there is nothing to accept", "muted")
        else:
            self._fixes().accept([result.path])

    def accept_all(self) -> None:
        """Show what the files of all that are listed and fail are to be."""
        if self._chosen() is None or self._view is None:
            return
        if failed := self._view.failed:
            self._views.status.say(f"working out what {counted(len(failed), 'scenario')} would expect …", "info")
            self._fixes().accept([result.path for result in failed])
        else:
            self._views.status.say("all of them pass: there is nothing to accept", "muted")

    async def only_failed(self) -> None:
        """List only those that fail, or all again."""
        if self._view is None or self._screen.focused is not self._view:
            await self.toggle()
        if self._view is not None:
            self._view.turn_to_failed()

    def go_to_workflow(self) -> None:
        """Go to the workflow that the scenario starts."""
        if (result := self._chosen()) is None:
            return
        if (entry := self._workflow_of(result)) is not None:
            self._navigator.jump(workflow_key(entry))
        else:
            self._views.status.say("no workflow that it names is here", "muted")

    def edit(self) -> None:
        """Open its file in the editor, at the first difference."""
        if (result := self._chosen()) is not None:
            from kustui.tui.explorer.scenarios_view import place_of

            self._selection().open_editor(result.path, place_of(result))
