"""A rehearsal saved as a scenario, and begun from one: from a file, or from a path through the workflow;
and rebased on an edited definition."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace
from textual.timer import Timer

from kustui.analysis.names import node_name
from kustui.definition.folders import SCENARIO_SUFFIX
from kustui.definition.platform import TRIGGER_ID
from kustui.errors import KustuiError
from kustui.files import ExistsError, WriteError, read_file, write_file
from kustui.simulate.engine.history import History
from kustui.simulate.engine.state import State
from kustui.simulate.engine.trace import TraceEntry
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.explore import MAX_PATHS, ExploredPath, build_path_scenario, explore_paths
from kustui.simulate.scenarios.file import (
    ResolvedScenario,
    ScenarioError,
    ScenarioFile,
    UnrecordableError,
    as_file,
    find_scenarios,
    read,
    unused_path,
)
from kustui.simulate.scenarios.record import complete_scenario, rebase
from kustui.simulate.scenarios.replay import replay
from kustui.text.styled_lines import Line, Piece
from kustui.text.terminal_safe import to_json
from kustui.tui.prompts import Prompts
from kustui.tui.rehearsal.current_session import CurrentSession
from kustui.tui.rehearsal.session import FollowedScenario, Session, begin_scenario
from kustui.tui.widgets.rows import Row

_CHECK_INTERVAL = 1.0
"""Seconds after which the file of the followed scenario is read again to see whether it has changed."""
_MAX_LISTED = 1_000
"""Scenarios that are listed to choose from."""
_TITLE_LENGTH = 40
"""Characters of the title of a chain's workflow that are shown."""


class ScenarioActions:
    """Saves the current session as a scenario, and replaces it by one that a scenario or a path begins.

    ``paths`` are the files and folders that were opened; scenarios are looked for there.
    """

    def __init__(self, current: CurrentSession, prompts: Prompts) -> None:
        self._current, self._prompts = current, prompts
        self.paths: tuple[str, ...] = ()
        self._followed: tuple[str, bytes] = ("", b"")
        """The path of the scenario file that is followed, and its content when it was last read."""
        self._check_timer: Timer | None = None

    # Saving

    async def save(self) -> None:
        session = self._current.session
        path = session.scenario.file.path if session.scenario is not None else ""
        entry = session.organisation.collection.by_key[session.key]
        question = Row((("Save as a scenario  ", "name"), ("a file name ending in .scenario.json", "muted")))
        proposed = path or str(unused_path(Path(entry.source.path).parent, entry.title))
        await self._prompts.ask(question, proposed, self._save)

    def _save(self, path: str) -> str:
        if not path.lower().endswith(SCENARIO_SUFFIX):
            return f"the file name must end in {SCENARIO_SUFFIX}"
        return self._write(path.strip(), replace=False)

    def _write(self, path: str, *, replace: bool) -> str:
        """Write the file; what is wrong, if anything. Where there is a file, it is asked whether to replace it."""
        session = self._current.ready()
        if session is None:
            return "it cannot be saved right now"
        try:
            scenario = complete_scenario(_scenario_title(session), session.history.state)
            write_file(path, [to_json(scenario, indent=2), "\n"], replace=replace)
        except ExistsError:
            self._current.screen.call_next(self._ask_to_replace, path)
            return ""
        except (UnrecordableError, WriteError) as error:
            return str(error)
        except ValueError as error:  # a name that no file can have
            return f"{path}: {error}"
        without = ", up to here: it does not come to an end" if "cut" in scenario["expect"] else ""
        self._current.announce(("✓ saved ", "good"), (path, "name"), (without, "warning"))
        return ""

    async def _ask_to_replace(self, path: str) -> None:
        def accept(text: str) -> str:
            if text.strip().lower() in ("y", "yes"):
                return self._write(path, replace=True)
            self._current.announce(("nothing was saved", "muted"))
            return ""

        question = (("▲ ", "warning"), (path, "name"), (" already exists. Replace it?  ", ""), ("y or n", "muted"))
        await self._prompts.ask(Row(question), "", accept)

    # Scenarios of files

    def choose_scenario(self) -> None:
        self._current.in_background(self._list_scenarios, "scenario", "listing scenarios")

    async def _list_scenarios(self) -> None:
        files = await asyncio.to_thread(find_scenarios, self.paths, _MAX_LISTED)
        rows = await asyncio.to_thread(lambda: [_scenario_row(path) for path in files])
        if not files:
            hints = self._current.key_hints("rehearse.save", "rehearse.paths")
            self._current.announce(("there is no *.scenario.json next to the definition", "muted"), *hints)
            return

        def choose(index: int) -> bool:
            if (session := self._current.ready()) is not None:
                self._start_replay(session, files[index])
            return True

        await self._prompts.choose("Which scenario to replay", rows, choose)

    def _start_replay(self, session: Session, path: str) -> None:
        self._current.in_background(partial(self.replay, session, path), "scenario", "replaying a scenario")

    async def replay(self, session: Session, path: str) -> None:
        """Put a scenario in the place of a session, replayed, at its first difference."""
        self._current.announce((f"replaying {path} …", "info"))
        try:
            raw = await asyncio.to_thread(read_file, path)
            replayed = await asyncio.to_thread(lambda: replay_scenario(session, read(path, raw)))
        except KustuiError as error:
            more = len(error.lines) - 1
            self._current.announce(
                ("✗ ", "error"), (f"{error.lines[0]}{f' (and {more} more)' if more else ''}", "error")
            )
            return
        now = self._current.value
        if now is not None and now.organisation is not session.organisation:  # the definition has changed meanwhile
            await self.replay(now, path)
            return
        self._followed = (path, raw)
        if self._check_timer is None:
            self._check_timer = self._current.screen.set_interval(_CHECK_INTERVAL, self._check_scenario_file)
        self._current.replace(replayed, *replay_verdict(replayed))

    def _check_scenario_file(self) -> None:
        """Replay the scenario that is followed again once its file has changed."""
        path, before = self._followed
        session = self._current.value
        scenario = session.scenario if session is not None else None
        if session is None or scenario is None or scenario.file.path != path or self._current.is_running:
            return
        try:
            raw = read_file(path)
        except KustuiError:
            return  # it may come back
        if raw != before:
            self._followed = (path, raw)
            self._start_replay(session, path)

    # Paths

    def choose_path(self, through: str) -> None:
        """From the paths through the ``workflow`` on the screen, or on through its ``chain``: all that it schedules."""
        chain = through == "chain"
        self._current.announce((f"finding paths{' through the chain' if chain else ''} …", "info"))
        self._current.in_background(
            partial(self._list_paths, self._current.session, chain=chain), "scenario", "finding every path"
        )

    async def _list_paths(self, session: Session, *, chain: bool) -> None:
        analysis = session.organisation.analysis(session.position[0])
        organisation = session.organisation if chain else None
        exploration = await asyncio.to_thread(explore_paths, analysis, MAX_PATHS, organisation)
        paths = exploration.paths
        rows = [path_row(number, path) for number, path in enumerate(paths, start=1)]
        self._current.announce()

        def choose(index: int) -> bool:
            now = self._current.ready()
            if now is not None and now.organisation is not session.organisation:
                news = ("the definition has changed: list the paths again", "warning")
                self._current.announce(news)
            elif now is not None:
                self._current.in_background(partial(self._begin_path, now, paths[index]), "scenario", "starting a path")
            return True

        more = ", and there are more" if exploration.cut else ""
        title = f"{exploration.summary(f' from {exploration.analysis.title}')}{more}: which one to start"
        await self._prompts.choose(title, rows, choose)

    async def _begin_path(self, session: Session, path: ExploredPath) -> None:
        try:
            built = await asyncio.to_thread(build_path_scenario, session.organisation, path)
        except UnrecordableError as error:
            self._current.announce(("✗ ", "error"), (str(error), "error"))
            return
        if built.scenario is None:
            if path.is_contradiction:
                self._current.announce(("✗ this path cannot hold: ", "error"), (path.contradiction, ""))
            else:
                self._current.announce(("▲ no value found: ", "warning"), ("not every combination was tried", ""))
            return
        file = as_file(built.scenario)
        begun = await asyncio.to_thread(begin_scenario, session, file, path.analysis.key)
        news: Line = (("started with drafted values for this path", "new"),)
        if built.stops:
            news = (("▲ the path cannot be completed: ", "warning"), (built.stops, ""))
        elif built.forced:
            names = ", ".join(node_name(forced.analysis.flow, forced.node) for forced in built.forced)
            news = (*news, (f"; forced at {names}", "warning"))
        self._current.replace(begun, *news)


def _scenario_title(session: Session) -> str:
    if session.scenario is not None:
        return session.scenario.file.scenario.scenario
    return f"{session.organisation.analysis(session.key).title} is rehearsed"


def replay_verdict(session: Session) -> Line:
    """Whether the followed scenario held, else its first difference; empty if it was not replayed."""
    if session.scenario is None or not session.scenario.replayed:
        return ()
    differences = session.scenario.differences
    if not differences:
        notes = "".join(f"  {note.message}" for note in session.scenario.notes[:1])
        return (("✓ passed: ", "good"), (session.scenario.file.scenario.scenario, ""), (notes, "warning"))
    first = differences[0]
    more = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
    place = session.scenario.file.place(first.pointer)
    return (("✗ ", "error"), (first.message, "error"), (f"  {place}{more}", "muted"))


def _scenario_row(path: str) -> Row:
    try:
        title: Piece = (f"  {read(path, read_file(path)).scenario.scenario}", "muted")
    except KustuiError as error:
        title = (f"  {error.lines[0]}", "error")
    return Row(((Path(path).name, "name"), title))


def path_row(number: int, path: ExploredPath) -> Row:
    """A path as a row of a list: its steps, what it needs, and whether anything can make a run take it."""
    line: list[Piece] = [(f"{number:>3} ", "muted")]
    for index, run in enumerate(path.described_runs):
        if index:
            line += [(" ⇒ ", "link"), (f"{run.analysis.title[-_TITLE_LENGTH:]}: ", "muted")]
        steps = " → ".join(run.name(node) for node in run.nodes if node != TRIGGER_ID)
        line.append((steps or "no step", "name"))
    needs = "; ".join(path.needs)
    return Row((*line, (f"  if {needs}" if needs else "", "muted")), mark=_feasibility(path))


def _feasibility(path: ExploredPath) -> Line:
    if path.is_contradiction:
        return (("✗ cannot hold", "error"),)
    if not path.workflow_path.solutions:
        return (("? no value found", "warning"),)
    return (("? no value found: must be forced", "warning"),) if path.unsolved else ()


def replay_scenario(session: Session, file: ScenarioFile) -> Session:
    """A scenario replayed to its end, positioned at its first difference if it has any. Raises ScenarioError."""
    states: list[State] = []
    result = replay(file, session.organisation, on_state=states.append)
    resolved = ResolvedScenario(file, session.organisation)
    first = result.differences[0].entry if result.differences else None
    replayed = replace(
        session,
        history=History(tuple(states[:1])),
        key=_first_workflow(session, states[0]),
        scenario=FollowedScenario(file, resolved, result.differences, result.notes, replayed=True),
    )
    replayed = replayed.after_running(states[1:]) if len(states) > 1 else replayed
    return replayed.at_entry(first) if first is not None else replayed


def _first_workflow(session: Session, state: State) -> str:
    """The workflow that a scenario starts, which gives the rehearsal its name."""
    for due in state.queue.starts:
        for key in (due.only_workflow, *session.organisation.listeners(due.event)):
            if key in session.organisation.collection.by_key:
                return key
    return session.key


class RebasedSession(NamedTuple):
    """A session gone through again in another organisation."""

    session: Session
    summary: str
    """What became of it, as a clause for a person."""
    restarted: bool = False
    """Whether it had to begin again."""


def rebase_session(session: Session, organisation: Organisation) -> RebasedSession | None:
    """The session with the definition as it is now; None if its workflow is gone, so that nothing can be rehearsed."""
    if session.scenario is not None and session.scenario.replayed:
        try:
            replayed = replay_scenario(replace(session, organisation=organisation), session.scenario.file)
            return RebasedSession(replayed, "replayed")
        except ScenarioError:
            pass  # it names something that no longer exists; going through the decisions again says what
    try:
        history = rebase(session.history, organisation)
    except (ScenarioError, UnrecordableError) as error:
        if session.key not in organisation.collection.by_key:
            return None
        why = (
            str(error).splitlines()[0]
            if isinstance(error, UnrecordableError)
            else "what you decided about no longer exists"
        )
        fresh = replace(Session.begin(organisation, session.key), stop_points=session.stop_points)
        return RebasedSession(fresh, f"restarted: {why}", restarted=True)
    if session.key not in organisation.collection.by_key:
        return None
    rebased = replace(
        session,
        organisation=organisation,
        history=history,
        scenario=_resolve_again(session.scenario, organisation),
        taken=history.state.taken,
    )
    return RebasedSession(rebased, _compare_traces(session.state.trace, history.state.trace))


def _resolve_again(scenario: FollowedScenario | None, organisation: Organisation) -> FollowedScenario | None:
    if scenario is None:
        return None
    try:
        return FollowedScenario(scenario.file, ResolvedScenario(scenario.file, organisation))
    except ScenarioError:
        return None


def _compare_traces(before: Iterable[TraceEntry], after: Iterable[TraceEntry]) -> str:
    """Whether the rehearsal went the same way again, in words."""
    before, after = [*before], [*after]
    for one, other in zip(before, after, strict=False):
        if _outcome(one) != _outcome(other):
            return f"the run differs from {other.name or other.title} on"
    if len(after) < len(before):
        return f"{len(after):,} of {len(before):,} steps could be repeated"
    return "the run is the same" if before else "nothing had run yet"


def _outcome(entry: TraceEntry) -> tuple[object, ...]:
    return entry.kind, entry.title, entry.node, entry.target, entry.ended
