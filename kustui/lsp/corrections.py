"""What changes a text: renames and quick fixes, as edits that the editor makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from kustui.analysis.uses import named_at, part_of
from kustui.check.problems import Problem, Related
from kustui.definition.collection import Entry
from kustui.errors import KustuiError
from kustui.fix.edits import Fix, TextEdit, by_source
from kustui.fix.quick_fixes import fixes_of, safe_fixes
from kustui.fix.renames import name_of, rename
from kustui.lsp.state import Spot, State, diagnostic_of
from kustui.lsp.typed_text import Position
from kustui.simulate.scenarios.file import scenario_sources
from kustui.text.messages import counted

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.kustui"
ACTION_KINDS = (types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll)


# Renames


def name_at(state: State, path: str, position: Position) -> types.PrepareRenamePlaceholder | None:
    """The name at a place that can be changed, and its range; None where there is none."""
    spot = state.spot(path, position)
    if spot is None or (part := _named_at(state, spot)) is None:
        return None
    entry, pointer = part
    try:
        name = name_of(state.analysis(entry), pointer)
    except KustuiError:
        return None
    value, range_ = spot.extent, None
    at = spot.document.source.data.find(name.encode(), value.start, value.end)
    if at >= 0:
        range_ = state.range(spot.document, value._replace(start=at, end=at + len(name.encode())))
    return types.PrepareRenamePlaceholder(range_, name) if range_ is not None else None


def renamed(
    state: State, path: str, position: Position, new: str, *, versions: bool
) -> tuple[types.WorkspaceEdit | None, str]:
    """The edits that give what a place names another name, everywhere, and which places hold the old one and stay as
    they are, in words."""
    spot = state.spot(path, position)
    if spot is None or (part := _named_at(state, spot)) is None:
        return None, ""
    try:
        done = rename(state.snapshot.analyses, *part, new, scenario_sources(state.snapshot.paths))
        return workspace_edit(state, done.fix.edits, versions=versions), _untouched(done.untouched)
    except KustuiError as error:
        raise JsonRpcInvalidParams(str(error)) from error


def _untouched(places: Sequence[Related]) -> str:
    if not places:
        return ""
    first = places[0]
    more = f", and {counted(len(places) - 1, 'more place')}" if len(places) > 1 else ""
    return f"{first.message}: {first.path}:{first.span().start}{more}"


def _named_at(state: State, spot: Spot) -> tuple[Entry, str] | None:
    """The part whose name stands at a place: that which is named there, or that whose own name it is."""
    if spot.entry is None or spot.document.broken is not None:
        return None
    if (use := named_at(state.uses(spot), spot.pointer)) is not None:
        return use.target, use.target_pointer
    analysis = state.analysis(spot.entry)
    if spot.on_key:
        return spot.entry, spot.pointer  # the name of an input
    pointer = part_of(analysis, spot.pointer)
    own = {f"{pointer}/id", f"{spot.entry.item.pointer}/id", f"{analysis.workflow.pointer}/trigger/eventName"}
    return (spot.entry, pointer) if spot.pointer in own else None


# Quick fixes


def actions(
    state: State,
    path: str,
    range_: types.Range,
    only: Sequence[str] | None,
    *,
    versions: bool,
) -> Iterator[types.CodeAction]:
    """The fixes of the problems in a range, and all safe ones of the file at once."""
    document = state.document(path)
    if document is None:
        return
    problems = state.snapshot.by_document.get(document.broken or document, ())
    if _asks_for(only, types.CodeActionKind.QuickFix.value):
        for problem in problems:
            yield from _quick_fixes(state, problem, range_, versions=versions)
    if _asks_for(only, FIX_ALL):
        fixes = safe_fixes(problems, state.snapshot.analyses)
        edit = workspace_edit(state, (edit for fix in fixes.values() for edit in fix.edits), versions=versions)
        if fixes and edit is not None:
            yield types.CodeAction("Make all safe fixes of kustui", kind=FIX_ALL, edit=edit)


def _asks_for(only: Sequence[str] | None, kind: str) -> bool:
    """Whether a kind of action, or one that it is of, is asked for; every one where nothing is said."""
    return only is None or any(kind == wanted or kind.startswith(f"{wanted}.") for wanted in only)


def _quick_fixes(state: State, problem: Problem, range_: types.Range, *, versions: bool) -> Iterator[types.CodeAction]:
    place = state.range(problem.document, problem.where())
    if place is None or not _touch(place, range_):
        return
    shown = diagnostic_of(state, problem, lambda _: "")
    for number, fix in enumerate(fixes_of(problem, state.snapshot.analyses)):
        edit = workspace_edit(state, fix.edits, versions=versions)
        if edit is not None:
            yield types.CodeAction(
                _title(fix),
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[shown] if shown is not None else None,
                is_preferred=number == 0,
                edit=edit,
            )


def _title(fix: Fix) -> str:
    return f"{fix.title[:1].upper()}{fix.title[1:]}"


def _touch(one: types.Range, other: types.Range) -> bool:
    def key(place: types.Position) -> tuple[int, int]:
        return place.line, place.character

    return key(one.start) <= key(other.end) and key(other.start) <= key(one.end)


# Edits


def workspace_edit(state: State, edits: Iterable[TextEdit], *, versions: bool) -> types.WorkspaceEdit | None:
    """Edits as the editor makes them; None where one is of a text that is no longer there."""
    changes: dict[str, list[types.TextEdit]] = {}
    for source, own in by_source(edits).items():
        opened = state.open_text(source.path)
        if opened is not None and opened.text.data != source.data:
            return None
        uri = state.uri(source.path)
        changes[uri] = [types.TextEdit(state.range_in(source, edit.extent), edit.text) for edit in own]
    if not versions:
        return types.WorkspaceEdit(changes=changes)
    opened_by_uri = {text.uri: text.version for text in state.texts.values()}
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri, opened_by_uri.get(uri)), list(own)
            )
            for uri, own in changes.items()
        ]
    )
