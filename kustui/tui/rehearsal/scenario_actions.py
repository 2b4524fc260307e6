"""A rehearsal kept as a scenario, and begun from one: of a file, or of a path through the workflow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from kustui.definition.platform import TRIGGER_ID
from kustui.diagrams.labels import node_name
from kustui.diagrams.styled_lines import Line
from kustui.errors import KustuiError, reason_of
from kustui.files import ExistsError, write_file
from kustui.simulate.scenarios.explore import ExploredPath
from kustui.text.quantities import counted
from kustui.tui.rehearsal.decision_actions import Deciding
from kustui.tui.rehearsal.step_actions import hint
from kustui.tui.widgets.rows import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.timer import Timer

    from kustui.diagrams.styled_lines import Line
    from kustui.simulate.scenarios.explore import Exploration
    from kustui.tui.rehearsal.session import Session

_ROOM = 40
"""Letters of a chain's workflow that are shown."""


def path_row(number: int, path: ExploredPath) -> Row:
    line: list[tuple[str, str]] = [(f"{number:>3} ", "muted")]
    for place, stretch in enumerate(path.described_runs):
        if place:
            line += [(" ⇒ ", "link"), (f"{stretch.analysis.title[-_ROOM:]}: ", "muted")]
        steps = " → ".join(stretch.name(node) for node in stretch.nodes if node != TRIGGER_ID)
        line.append((steps or "no step", "name"))
    needs = "; ".join(path.needs)
    return Row((*line, (f"  if {needs}" if needs else "", "muted")), mark=_verdict(path))


def _verdict(path: ExploredPath) -> Line:
    if path.is_contradiction:
        return (("✗ contradicts itself", "error"),)
    if not path.workflow_path.solutions:
        return (("? may contradict itself", "warning"),)
    return (("! has to be forced", "warning"),) if path.workflow_path.solutions[0].unsolved else ()


_LOOK = 1.0
"""Seconds after which is looked at whether the scenario that is followed has changed on disk."""


class Keeping(Deciding):
    """What is read and written beside the definition."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: tuple[str, ...] = ()
        """What was opened."""
        self._followed: tuple[str, bytes] = ("", b"")
        """The scenario file that is followed, and what it held when it was last read."""
        self._looking: Timer | None = None

    # Saving

    async def action_save(self) -> None:
        session = self.ready()
        if session is None:
            return
        from kustui.simulate.scenarios.file import unused_path

        path = session.follows.file.path if session.follows is not None else ""
        entry = session.organisation.collection.by_key[session.key]
        question = Row((("Save as a scenario  ", "name"), ("a file name that ends with .scenario.json", "muted")))
        await self.ask(question, path or str(unused_path(Path(entry.source.path).parent, entry.title)), self._save)

    def _save(self, path: str) -> str:
        from kustui.definition.loader import SCENARIO_SUFFIX

        if not path.lower().endswith(SCENARIO_SUFFIX):
            return f"the name of a scenario ends with {SCENARIO_SUFFIX}"
        return self._write(path.strip(), replacing=False)

    def _write(self, path: str, *, replacing: bool) -> str:
        from kustui.simulate.scenarios.replay import complete_scenario
        from kustui.text.terminal_safe import to_json

        session = self.ready()
        if session is None:
            return "it cannot be saved just now"
        try:
            written = complete_scenario(self._scenario_title(session), session.history.state)
            write_file(path, [f"{to_json(written, indent=2)}\n"], replace=replacing)
        except ExistsError:
            self.call_next(self._ask_to_replace, path)
            return ""
        except KustuiError as error:
            return str(error)
        except ValueError as error:  # a zero byte in the name
            return f"{path}: {error}"
        without = "" if "expect" in written else ", without expectations: it does not come to its end"
        self.announce(("✓ saved ", "good"), (path, "name"), (without, "warning"))
        return ""

    @staticmethod
    def _scenario_title(session: Session) -> str:
        if session.follows is not None:
            return session.follows.file.scenario.scenario
        return f"{session.organisation.analysis(session.key).title} is rehearsed"

    async def _ask_to_replace(self, path: str) -> None:
        def take(text: str) -> str:
            if text.strip().lower() in ("y", "yes"):
                return self._write(path, replacing=True)
            self.announce(("nothing was written", "muted"))
            return ""

        there = (("▲ ", "warning"), (path, "name"), (" is there already. Replace it?  ", ""), ("y or n", "muted"))
        await self.ask(Row(there), "", take)

    # Scenarios of files

    def action_scenarios(self) -> None:
        if self.ready() is not None:
            self._list_scenarios()

    @work(thread=True, exclusive=True, group="prepare", description="listing scenarios")
    def _list_scenarios(self) -> None:
        from kustui.simulate.scenarios.file import find_scenarios

        files = find_scenarios(self.paths)
        rows = [_scenario_row(path) for path in files]
        self.app.call_from_thread(self.call_next, self._offer_scenarios, files, rows)

    async def _offer_scenarios(self, files: Sequence[str], rows: Sequence[Row]) -> None:
        if not self.is_attached:
            return
        if not files:
            none = ("no *.scenario.json lies beside the definition", "muted")
            self.announce(none, *hint(self.app, "rehearse.save", "rehearse.paths"))
            return

        def chosen(index: int) -> bool:
            if (session := self.ready()) is not None:
                self._replay(session, files[index])
            return True

        await self.offer("Which scenario is to be replayed", rows, chosen)

    @work(thread=True, exclusive=True, group="prepare", description="replaying a scenario")
    def _replay(self, session: Session, path: str) -> None:
        from kustui.simulate.scenarios.file import ScenarioError, read
        from kustui.tui.rehearsal.scenario_follow import following

        self.app.call_from_thread(self.announce, (f"replaying {path} …", "info"))
        try:
            raw = Path(path).read_bytes()
            found = following(session, read(path, raw))
        except OSError as error:
            told = f"{path}: {reason_of(error)}"
        except ScenarioError as error:
            more = len(error.lines) - 1
            told = f"{error.lines[0]}{f' (and {more} more)' if more else ''}"
        else:
            self.app.call_from_thread(self._replayed, found, path, raw)
            return
        self.app.call_from_thread(self.announce, ("✗ ", "error"), (told, "error"))

    def _replayed(self, session: Session, path: str, raw: bytes) -> None:
        if not self.is_attached or self.session is None:
            return
        if self.session.organisation is not session.organisation:  # the definition has changed meanwhile
            self._replay(self.session, path)
            return
        self._followed = (path, raw)
        if self._looking is None:
            self._looking = self.set_interval(_LOOK, self._look_at_scenario)
        self.turn(session, *told_of(session))

    def _look_at_scenario(self) -> None:
        """Replay the scenario that is followed anew once its file says something else."""
        path, before = self._followed
        session = self.session
        if session is None or session.follows is None or session.follows.file.path != path or self.runs_on:
            return
        try:
            raw = Path(path).read_bytes()
        except OSError:
            return  # it may come back
        if raw != before:
            self._followed = (path, raw)
            self._replay(session, path)

    # Paths

    def action_paths(self) -> None:
        if (session := self.ready()) is not None:
            self.announce(("looking for every path …", "info"))
            self._explore(session, session.place[0])

    def action_chain_paths(self) -> None:
        if (session := self.ready()) is not None:
            self.announce(("looking for every path through the chain …", "info"))
            self._explore(session, session.place[0], chain=True)

    @work(thread=True, exclusive=True, group="prepare", description="finding every path")
    def _explore(self, session: Session, key: str, *, chain: bool = False) -> None:
        from kustui.simulate.scenarios.explore import MAX_PATHS, explore_paths

        found = explore_paths(session.organisation.analysis(key), MAX_PATHS, session.organisation if chain else None)
        rows = [path_row(number, path) for number, path in enumerate(found.paths, start=1)]
        self.app.call_from_thread(self.call_next, self._offer_paths, session, found, rows)

    async def _offer_paths(self, session: Session, found: Exploration, rows: Sequence[Row]) -> None:
        if not self.is_attached:
            return
        self.announce()

        def chosen(index: int) -> bool:
            now = self.ready()
            if now is not None and now.organisation is not session.organisation:
                self.announce(("the definition has changed meanwhile: look for the paths again", "warning"))
            elif now is not None:
                self._start_path(now, found.paths[index])
            return True

        count = counted(len(found.paths), "path")
        more = ", and there are more" if found.cut else ""
        await self.offer(f"{count} from {found.analysis.title}{more}: which is to begin", rows, chosen)

    @work(thread=True, exclusive=True, group="prepare", description="beginning a path")
    def _start_path(self, session: Session, path: ExploredPath) -> None:
        from kustui.simulate.scenarios.explore import build_path_scenario
        from kustui.simulate.scenarios.file import as_file
        from kustui.tui.rehearsal.scenario_follow import starting

        path_scenario = build_path_scenario(session.organisation, path)
        if path_scenario.scenario is None:
            told = path.contradiction or "not every combination was looked at"
            self.app.call_from_thread(self.announce, ("✗ it contradicts itself: ", "error"), (told, ""))
            return
        found = starting(session, as_file(path_scenario.scenario), path.analysis.key)
        news: Line = (("what this path needs is drafted", "new"),)
        if path_scenario.stops:
            news = (("▲ it does not come to its end: ", "warning"), (path_scenario.stops, ""))
        elif path_scenario.forced:
            names = ", ".join(node_name(each.analysis.flow, each.node) for each in path_scenario.forced)
            news = (*news, (f"; forced at {names}", "warning"))
        self.app.call_from_thread(self.turn, found, *news)


def told_of(session: Session) -> Line:
    """What came of the scenario that is followed, its first difference first."""
    if session.follows is None or not session.follows.replayed:
        return ()
    differences = session.follows.differences
    if not differences:
        return (("✓ held: ", "good"), (session.follows.file.scenario.scenario, ""))
    first = differences[0]
    more = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
    place = session.follows.file.place(first.pointer)
    return (("✗ ", "error"), (first.message, "error"), (f"  {place}{more}", "muted"))


def _scenario_row(path: str) -> Row:
    from kustui.simulate.scenarios.file import ScenarioError, read

    try:
        title: Line = ((f"  {read(path, Path(path).read_bytes()).scenario.scenario}", "muted"),)
    except OSError as error:
        title = ((f"  {reason_of(error)}", "error"),)
    except ScenarioError as error:
        title = ((f"  {error.lines[0]}", "error"),)
    return Row(((Path(path).name, "name"), *title))
