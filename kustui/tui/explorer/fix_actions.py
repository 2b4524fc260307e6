"""Fixing on the screen: fixes, renames and suppressions, shown as a difference, made, undone and made again.

What came of a change is shown by the live reload, which sees the file as it sees any other save. Keys wait for it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice

from kustui.analysis.uses import part_at, uses_in
from kustui.check.problems import Problem
from kustui.config.configuration import Configuration
from kustui.definition.collection import Entry
from kustui.definition.source.source import Source
from kustui.errors import KustuiError
from kustui.files import read_file
from kustui.fix.changes import Change, ChangeHistory, Made, OutdatedError, changes_of, make, obstacle
from kustui.fix.edits import TextEdit, difference
from kustui.text.cells import cells
from kustui.text.messages import counted, without_folder
from kustui.text.styled_lines import Line
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import BY_ID, first_key
from kustui.tui.explorer.fix_pane import FixPane, Proposal
from kustui.tui.explorer.part import Part, Shared
from kustui.tui.explorer.selection import CurrentSelection
from kustui.tui.prompts import Prompts
from kustui.tui.widgets.rows import Row
from kustui.workspace.snapshot import Snapshot

_MOST_LINES = 5_000
"""Lines of a difference that are shown."""
_MOST_NOTES = 8
"""Places that a rename does not change, which are listed."""
_PATIENCE = 10.0
"""Seconds for which keys wait until a change is reloaded."""
_LONG = 8
"""Seconds for which it is shown what could not be done, where a line has no room for it."""


class FixActions(Part):
    """Shows fixes, renames and suppressions as differences, makes them, and undoes what was made."""

    def __init__(
        self, shared: Shared, selection: CurrentSelection, prompts: Prompts, configuration: Configuration | None
    ) -> None:
        super().__init__(shared)
        self._selection, self._prompts, self._configuration = selection, prompts, configuration
        self.history = ChangeHistory()
        """What was made in this session."""

    @property
    def _snapshot(self) -> Snapshot:
        return self._views.tree.state.snapshot

    # Fixes

    def show(self) -> None:
        """Show the fixes of the problem under the cursor."""
        problem = self._presenter.problem_here
        if problem is None:
            key = first_key(self._screen.app, "go.next-problem")
            self._say(f"no problem here{f': {key} goes to the next' if key else ''}", "muted")
        else:
            self._waiting.run(partial(self._show, problem), "fixing")

    async def _show(self, problem: Problem) -> None:
        proposals, reason = await asyncio.to_thread(_fixes_of, problem, self._snapshot)
        if proposals:
            file = without_folder(problem.document.path)
            await self._propose(f"Fix {problem.rule} at {file}:{problem.span().start}", proposals)
        else:
            self._say(reason, "muted")

    def show_all(self) -> None:
        """Show what all safe fixes of the workflow, or of the file, and of everything change together."""
        node, tree = self._views.tree.node, self._views.tree.state
        problems = self._snapshot.problems or ()
        scopes = [("everything", problems)] if problems else []
        if node is not None and node.entry is not None:
            scopes.insert(0, (f"“{node.entry.title}”", self._snapshot.by_entry.get(node.entry.key, ())))
        elif node is not None:
            scopes.insert(0, (node.document.path, self._snapshot.by_document.get(node.document, ())))
        if not any(scope for _, scope in scopes) or not tree.snapshot.is_checked:
            self._say("no problems", "good")
        else:
            self._waiting.run(partial(self._show_all, scopes), "fixing")

    async def _show_all(self, scopes: Sequence[tuple[str, Sequence[Problem]]]) -> None:
        proposals = await asyncio.to_thread(_safe_fixes_of, scopes, self._snapshot)
        if proposals:
            await self._propose("Fix all: what has only one possible meaning", proposals)
        else:
            key = first_key(self._screen.app, "fix.show")
            self._say(f"no safe fix: {key} on a problem shows what can be chosen", "muted")

    # Renaming

    async def rename(self) -> None:
        """Ask for another id of the step or workflow under the cursor."""
        from kustui.fix.renames import RenameError, name_of

        place = self._renamed
        if place is None:
            self._say("only a step, a workflow or an input can be renamed: select one", "muted")
            return
        entry, pointer = place
        try:
            old = name_of(self._snapshot.analyses.of(entry), pointer)
        except RenameError as error:
            self._refuse(str(error))
            return
        await self._ask_name(entry, pointer, old, old)

    @property
    def _renamed(self) -> tuple[Entry, str] | None:
        """What is named under the cursor, or else the part that the cursor is in: its workflow and its pointer."""
        selected, analyses = self._selection.current, self._snapshot.analyses
        entry = selected.entry if selected is not None else None
        if selected is None or entry is None or not self._views.tree.state.holds(selected.document):
            return None
        return part_at(analyses, entry, selected.pointer, uses_in(analyses, entry))

    async def _ask_name(self, entry: Entry, pointer: str, old: str, text: str, refusal: str = "") -> None:
        def accept(new: str) -> str:
            if new == old:
                self._say(f"it is still called {old}", "muted")
            else:
                self._waiting.run(partial(self._show_rename, entry, pointer, old, new), "fixing")
            return ""

        question: Line = (("rename ", "muted"), (old, "name"), (" to", "muted"))
        await self._prompts.ask(Row((("✗ ", "error"), (refusal, "error")) if refusal else question), text, accept)

    async def _show_rename(self, entry: Entry, pointer: str, old: str, new: str) -> None:
        from kustui.fix.renames import RenameError

        try:
            proposal = await asyncio.to_thread(_rename, self._snapshot, entry, pointer, new)
        except RenameError as error:
            await self._ask_name(entry, pointer, old, new, str(error))
        else:
            await self._propose(f"Rename {old}", [proposal])

    # Suppressing

    async def suppress(self) -> None:
        """Ask for the reason for which the problem under the cursor is to be suppressed."""
        problem = self._presenter.problem_here
        path = (self._configuration or Configuration(self._snapshot.paths)).project_path
        if problem is None:
            self._say("no problem here to suppress", "muted")
        elif path is None:
            self._refuse("nothing can be suppressed: kustui was started without a configuration")
        else:
            await self._ask_reason(problem, path)

    async def _ask_reason(self, problem: Problem, path: str) -> None:
        def accept(reason: str) -> str:
            if not reason.strip():
                return "a suppression needs a reason: say why this is no problem"
            self._waiting.run(partial(self._show_suppression, problem, path, reason.strip()), "fixing")
            return ""

        question: Line = (("suppress ", "muted"), (problem.rule, "name"), (f" in {path}, because", "muted"))
        await self._prompts.ask(Row(question), "", accept)

    async def _show_suppression(self, problem: Problem, path: str, reason: str) -> None:
        try:
            proposal = await asyncio.to_thread(_suppression, problem, path, reason)
        except KustuiError as error:
            self._refuse(str(error))
        else:
            await self._propose(f"Suppress {problem.rule}", [proposal])

    # Scenarios

    def accept(self, paths: Sequence[str]) -> None:
        """Show what scenarios are to be for them to expect what came of them."""
        self._waiting.run(partial(self._show_acceptance, paths), "fixing")

    async def _show_acceptance(self, paths: Sequence[str]) -> None:
        stopped = threading.Event()
        try:
            proposal = await asyncio.to_thread(_acceptance, paths, self._snapshot, stopped.is_set)
        except KustuiError as error:
            self._refuse(error.lines[0])
        else:
            self._views.status.announce(Row())
            await self._propose("Accept what came as what is expected", [proposal])
        finally:
            stopped.set()  # also where it is no longer waited for

    # Making

    async def _propose(self, title: str, proposals: Sequence[Proposal]) -> None:
        await FixPane(title, proposals, self._screen).open(self._screen)

    def apply(self, proposal: Proposal) -> None:
        """Make what somebody has looked at."""
        self._waiting.run(partial(self._apply, proposal), "fixing")

    async def _apply(self, proposal: Proposal) -> None:
        try:
            made = Made(proposal.title, tuple(await asyncio.to_thread(proposal.make)))
        except KustuiError as error:
            self._refuse(f"not done: {error}")
        else:
            await self._change(made, lambda: self.history.with_made(made), "done", "fix.undo")

    def undo(self) -> None:
        """Undo what was made last."""
        if not self.history.made:
            self._say("nothing to undo", "muted")
            return
        title, changes = self.history.made[-1]
        made = Made(title, tuple(change.reversed for change in reversed(changes)))
        self._waiting.run(partial(self._change, made, self.history.after_undoing, "undone", "fix.redo"), "fixing")

    def redo(self) -> None:
        """Make again what was undone last."""
        if not self.history.undone:
            self._say("nothing to redo", "muted")
            return
        self._waiting.run(
            partial(self._change, self.history.undone[-1], self.history.after_redoing, "redone", "fix.undo"), "fixing"
        )

    async def _change(self, made: Made, after: Callable[[], ChangeHistory], done: str, id_: str) -> None:
        """Change files, wait until that is reloaded, and say what was done, and which action reverses it."""
        reloaded = self._waiting.expect(partial(_is_reloaded, self._snapshot, made.changes))
        work = asyncio.ensure_future(asyncio.to_thread(make, made.changes))
        work.add_done_callback(partial(self._record, after))
        try:
            await asyncio.shield(work)  # once begun, files are changed, whether or not it is waited for
        except KustuiError as error:
            reason = f"{error.path} has changed since" if isinstance(error, OutdatedError) and done != "done" else error
            self._refuse(f"not {done}: {reason}")
            return
        outcome = ""
        with suppress(TimeoutError):
            difference = await asyncio.wait_for(reloaded, _PATIENCE)
            outcome = difference.problems_in_words if difference is not None else ""
        news: Line = ((f"{done}: ", "good"), (made.title, ""))
        result: Line = ((f" · {outcome}", "muted"),) if outcome else ()
        key = first_key(self._screen.app, id_)
        mark: Line = ((key, "key"), (f" {BY_ID[id_].verb}", "muted")) if key else ()
        self._views.status.announce(Row((*news, *result), mark=mark, kept=len(result)))

    def _record(self, after: Callable[[], ChangeHistory], work: asyncio.Future[None]) -> None:
        if not work.cancelled() and work.exception() is None:
            self.history = after()

    def _say(self, words: str, look: str) -> None:
        self._views.status.say(words, look)

    def _refuse(self, words: str) -> None:
        """Say what could not be done and why, in full."""
        if cells(terminal_safe(words)) <= self._screen.size.width - 2:
            self._say(words, "error")
        else:
            self._screen.notify(terminal_safe(words), severity="error", timeout=_LONG, markup=False)


# What is asked about, made in a thread


def _proposal(title: str, edits: Sequence[TextEdit], notes: Iterable[Line] = (), *, is_safe: bool = False) -> Proposal:
    read_only = _obstacles({edit.source.path for edit in edits})
    lines = tuple(islice(difference(edits), _MOST_LINES))
    more: tuple[Line, ...] = ((("and more: only the first lines are shown", "muted"),),)
    cut = more if len(lines) == _MOST_LINES else ()
    return Proposal(title, lines, partial(changes_of, edits), (*read_only, *notes, *cut), is_safe)


def _obstacles(paths: Iterable[str]) -> Iterator[Line]:
    """Why files cannot be changed, which is better known before somebody tries."""
    for why in filter(None, map(obstacle, sorted(paths))):
        yield (("! ", "warning"), (why, "warning"))


def _fixes_of(problem: Problem, snapshot: Snapshot) -> tuple[list[Proposal], str]:
    """The fixes of a problem, and why there are none."""
    from kustui.fix.quick_fixes import fixes_and_reason

    fixes, reason = fixes_and_reason(problem, snapshot.analyses)
    return [_proposal(fix.title, fix.edits, is_safe=fix.is_safe) for fix in fixes], reason


def _safe_fixes_of(scopes: Iterable[tuple[str, Sequence[Problem]]], snapshot: Snapshot) -> list[Proposal]:
    from kustui.fix.quick_fixes import safe_fixes

    proposals: dict[tuple[TextEdit, ...], Proposal] = {}
    for name, problems in scopes:
        fixes = safe_fixes(problems, snapshot.analyses)
        edits = tuple(edit for fix in fixes.values() for edit in fix.edits)
        if edits and edits not in proposals:
            proposals[edits] = _proposal(
                f"make {len(fixes):,} safe fix{'es' if len(fixes) > 1 else ''} of {name}", edits
            )
    return list(proposals.values())


def _rename(snapshot: Snapshot, entry: Entry, pointer: str, new: str) -> Proposal:
    from kustui.fix.renames import rename
    from kustui.simulate.scenarios.file import scenario_sources

    renamed = rename(snapshot.analyses, entry, pointer, new, scenario_sources(snapshot.paths))
    edits = renamed.fix.edits
    files = len({edit.source for edit in edits})
    count = f"{counted(len(edits), 'place')}{f' in {files:,} files' if files > 1 else ''}"
    notes: list[Line] = [
        (
            ("! ", "warning"),
            (f"{without_folder(place.path)}:{place.span().start} ", "muted"),
            (place.message, ""),
        )
        for place in renamed.untouched[:_MOST_NOTES]
    ]
    if len(renamed.untouched) > _MOST_NOTES:
        notes.append(((f"and {len(renamed.untouched) - _MOST_NOTES:,} more that are not changed", "muted"),))
    return _proposal(f"{renamed.fix.title}: {count}", edits, notes)


def _acceptance(paths: Sequence[str], snapshot: Snapshot, is_stopped: Callable[[], bool]) -> Proposal:
    """That of one scenario, or of all that can be accepted among some; given up once it is stopped. Raises KustuiError
    where there is none."""
    from kustui.simulate.organisation import Organisation
    from kustui.simulate.scenarios.acceptance import acceptance
    from kustui.simulate.scenarios.file import read

    organisation = Organisation(snapshot.analyses, snapshot.by_entry)
    fixes, errors = [], []
    for path in paths:
        if is_stopped():
            break
        try:
            fixes.append(acceptance(read(path, read_file(path)), organisation))
        except KustuiError as error:
            errors.append(error)
    if not fixes:
        raise errors[0] if errors else KustuiError("nothing to accept")
    title = fixes[0].title if len(paths) == 1 else f"expect what came of {counted(len(fixes), 'scenario')} that fail"
    notes: list[Line] = [(("! ", "warning"), (error.lines[0], "")) for error in errors[:_MOST_NOTES]]
    if len(errors) > _MOST_NOTES:
        notes.append(((f"and {len(errors) - _MOST_NOTES:,} more that cannot be accepted", "muted"),))
    return _proposal(title, [edit for fix in fixes for edit in fix.edits], notes)


def _suppression(problem: Problem, path: str, reason: str) -> Proposal:
    from kustui.fix.suppressions import suppression_of

    change = suppression_of(problem, path, reason)
    lines = tuple(difference((change.edit,)))
    return Proposal(f"suppress {problem.rule} in {path}", lines, lambda: (change,), tuple(_obstacles((path,))))


def _is_reloaded(before: Snapshot, changes: Iterable[Change], now: Snapshot) -> bool:
    """Whether a snapshot shows what some changes made of the definitions and configurations among the files."""
    documents = {document.path: document.broken or document for document in now.collection.documents}
    for path, _, after in changes:
        document = documents.get(path)
        if document is None:
            if path.endswith(".toml") and now.settings is before.settings:
                return False
        elif document.source.text_source.data != Source.of(path, after or b"").data:
            return False
    return now.is_checked
