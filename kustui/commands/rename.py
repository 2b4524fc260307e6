"""``kustui rename``: a new id for a step or a workflow, or a new name for an input, in all files that name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.analysis.uses import property_of
from kustui.check import RULE_NAMES
from kustui.check.reports.text import excerpt
from kustui.commands.command_line import Parser
from kustui.commands.inputs import configuration_of, opened_definitions, require_workflows
from kustui.commands.output import ExitStatus, Output, say, write_difference
from kustui.definition.collection import Collection, Entry
from kustui.definition.collection_messages import (
    ambiguous_name,
    no_workflow_named,
    unambiguous_name,
    workflows_named,
)
from kustui.definition.loader import STDIN
from kustui.definition.platform import TRIGGER_ID
from kustui.errors import KustuiError
from kustui.fix.changes import changes_of, make
from kustui.fix.edits import by_source
from kustui.fix.renames import Rename, rename
from kustui.garbage_collection import gc_paused
from kustui.simulate.scenarios.file import scenario_sources
from kustui.text.messages import closest, counted
from kustui.text.terminal_safe import terminal_safe

_MOST_LISTED = 20
_EPILOG = """\
A step is named by its id, a workflow by its id or its name, an input by its name in the schema. What names it changes
with it in every file below the paths (transitions, references, templates, schedule calls, eventName), in suppressions,
and in the scenarios beside the files. An id in other text, such as a URL, is listed and not changed. All files are
written, or none.

exit status:
  0  renamed, or with --diff, what would change is printed
  2  nothing was renamed: the name is unknown, ambiguous or taken, or a file could not be written

examples:
  kustui rename KUGbgU8yn find-customer app.json --diff                     what would change
  kustui rename KUGbgU8yn find-customer app.json
  kustui rename check-delivery parcel-due app.json workflows/               a workflow, by its name or its id
  kustui rename shipmentId parcelId app.json --workflow check-delivery      a step or an input of this workflow
"""


def parser() -> Parser:
    parser = Parser("rename", "Rename a step, a workflow or an input in every place that names it.", _EPILOG)
    add = parser.add_argument
    add("old", metavar="OLD", help="the id of a step, the id or the name of a workflow, or the name of an input")
    add("new", metavar="NEW", help="its new id, or the new name of an input")
    add("paths", metavar="PATH", nargs="+", help="a file or a folder; give all that may name it")
    add("--workflow", metavar="NAME-or-ID", help="the workflow whose step or input it is")
    add("--diff", action="store_true", help="print what would change, and write nothing")
    parser.add_output()
    parser.add_configuration()
    return parser


class _Target(NamedTuple):
    """What a name may stand for."""

    what: str
    entry: Entry
    pointer: str


def run(arguments: Sequence[str]) -> int:
    """Rename what the arguments name; the exit status. Raises KustuiError."""
    options = parser().parse_args(arguments)
    if STDIN in options.paths:
        raise KustuiError("standard input cannot be changed: name the files")
    settings = configuration_of(options, options.paths).settings(RULE_NAMES)
    with gc_paused():
        collection = opened_definitions(options.paths).collection
        require_workflows(collection)
        analyses = AnalysisCache(collection, settings)
        target = _target(analyses, options.old, options.workflow)
        change = rename(analyses, target.entry, target.pointer, options.new, scenario_sources(options.paths))
    changes = changes_of(change.fix.edits)
    if options.diff:
        write_difference(options, change.fix.edits)
        for line in _untouched(change):
            say(line)
        return ExitStatus.OK
    make(changes)
    Output.of(options).write(_report(change))
    return ExitStatus.OK


# What a name stands for


def _target(analyses: AnalysisCache, old: str, workflow: str | None) -> _Target:
    """The only step, workflow or input of a name. Raises KustuiError."""
    collection = analyses.collection
    entries: Sequence[Entry] = collection.entries
    if workflow is not None:
        entries = workflows_named(collection, workflow)
        if not entries:
            raise KustuiError(no_workflow_named(collection, workflow))
        if len(entries) > 1:
            raise KustuiError(*ambiguous_name(collection, workflow, entries))
    targets = [*_steps(analyses, entries, old)]
    named = workflows_named(collection, old)
    if workflow is None or not targets:
        targets += (_Target("workflow", entry, entry.item.pointer) for entry in named if entry in entries)
    targets = targets or [*_inputs(analyses, entries, old)]
    if not targets:
        raise KustuiError(_unknown(analyses, entries, old, workflow))
    if len(targets) > 1 and len({target.entry for target in targets}) > 1:
        raise KustuiError(*_ambiguous(collection, old, targets))
    return targets[0]


def _steps(analyses: AnalysisCache, entries: Sequence[Entry], id_: str) -> Iterator[_Target]:
    for entry in entries:
        if entry.may_hold(id_):
            steps = analyses.of(entry).workflow.steps
            if (step := next((step for step in steps if step.id == id_), None)) is not None:
                yield _Target("step", entry, step.pointer)


def _inputs(analyses: AnalysisCache, entries: Sequence[Entry], name: str) -> Iterator[_Target]:
    for entry in entries:
        if entry.item.callable and entry.may_hold(name) and (field := property_of(analyses.of(entry), name)):
            yield _Target("input", entry, field)


def _unknown(analyses: AnalysisCache, entries: Sequence[Entry], old: str, workflow: str | None) -> str:
    if old == TRIGGER_ID:
        return f'"{TRIGGER_ID}" is the trigger, whose id cannot be changed'
    names: set[str] = set()
    for entry in entries:
        names.update(filter(None, (entry.id, entry.item.name, entry.title) if workflow is None else ()))
        analysis = analyses.of(entry)
        names.update(step.id for step in analysis.workflow.steps)
        names.update(analysis.inputs.properties if analysis.inputs is not None else ())
    near = closest(old, names)
    what = "step, workflow or input" if workflow is None else "step or input"
    where = f' in workflow "{workflow}"' if workflow is not None else ""
    return f'unknown {what} "{old}"{where}{f": did you mean {chr(34)}{near}{chr(34)}?" if near else ""}'


def _ambiguous(collection: Collection, old: str, targets: Sequence[_Target]) -> Iterator[str]:
    """That a name stands for several things, then where each stands and what chooses it, a line each."""
    yield f'"{old}" is ambiguous: it has {len(targets)} meanings, choose one with:'
    for what, entry, pointer in targets[:_MOST_LISTED]:
        place = entry.source.location(entry.spot(pointer).begin)
        yield f'{place}: {what} of "{entry.title}": --workflow "{unambiguous_name(collection, entry)}"'
    if len(targets) > _MOST_LISTED:
        yield f"and {len(targets) - _MOST_LISTED} more"


# What is said of it


def _report(change: Rename) -> Iterator[str]:
    counts = {source.path: len(edits) for source, edits in by_source(change.fix.edits).items()}
    if len(counts) > 1:
        yield from (f"{terminal_safe(path)}: {counted(count, 'place')}\n" for path, count in counts.items())
    places = f"{counted(sum(counts.values()), 'place')} in {counted(len(counts), 'file')}"
    yield f"{terminal_safe(change.fix.title.replace('rename', 'renamed', 1))}: {places}\n"
    yield from (f"{line}\n" for line in _untouched(change))


def _untouched(change: Rename) -> Iterator[str]:
    for place in change.untouched:
        source, extent = place.document.source, place.where()
        line = excerpt(source, extent)
        shown = f": {line.line.strip()}" if line is not None else ""
        yield f"{terminal_safe(source.location(extent.start))}: not changed{shown}"
