"""Every entry of kustui for what comes from outside. Each takes bytes, and raises nothing but errors of kustui."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from kustui.analysis.uses import uses_in
from kustui.check.reports import FORMATS, CheckResult, report_of
from kustui.check.rules import RULES
from kustui.check.suppressions import read_baseline, without_baseline, write_baseline
from kustui.config.check_settings import Settings
from kustui.config.configuration import parse_file, parse_settings
from kustui.config.preferences import merge_preferences
from kustui.config.severity import Severity
from kustui.definition.collection import Collection, Document, read_document
from kustui.definition.collection_messages import other_files
from kustui.definition.expressions.conditions import comparisons_in, parse_condition
from kustui.definition.expressions.parse import expressions_in, parse
from kustui.definition.expressions.templates import parse_template
from kustui.definition.expressions.words import in_words
from kustui.diagrams.chain_lines import ORDERS, ChainLines, chain_rows, chain_summaries
from kustui.diagrams.diagram import DiagramSet, flow_diagram, schedule_edges, schedules_diagram
from kustui.diagrams.formats.graph_languages import dot, json_text, mermaid
from kustui.diagrams.formats.svg import svg
from kustui.diagrams.formats.text import boxes_text, chains_text, rail_text, writer
from kustui.diagrams.glyphs import problem_marks
from kustui.diagrams.load_lines import parse_rate
from kustui.diagrams.timeline import timeline_of
from kustui.errors import KustuiError
from kustui.fix.edits import by_source, edited
from kustui.fix.edits import difference as edit_difference
from kustui.fix.quick_fixes import fixes_of, safe_fixes
from kustui.search.index import Index, indexes
from kustui.search.query import completions, parse_query
from kustui.search.ranking import find_matches
from kustui.simulate.organisation import Organisation
from kustui.simulate.reports import FORMATS as RUN_FORMATS
from kustui.simulate.reports import json as run_json
from kustui.simulate.reports import render_of as run_render_of
from kustui.simulate.reports import report_of as run_report_of
from kustui.simulate.reports import text as run_text
from kustui.simulate.scenarios.explore import chain_heads, expected_path_scenario, explore_paths
from kustui.simulate.scenarios.file import ScenarioFile, read
from kustui.simulate.scenarios.record import complete_scenario, default_scenario, record_scenario
from kustui.simulate.scenarios.replay import replay
from kustui.simulate.scenarios.suite import result_of
from kustui.text.styled_lines import TextSearch
from kustui.text.terminal_safe import to_json
from kustui.tui.explorer.detail import detail_rows
from kustui.tui.explorer.session import read_session
from kustui.tui.explorer.source_lines import SourceLines
from kustui.tui.explorer.source_rows import FoldedSource, ProblemPlaces
from kustui.tui.rehearsal.context_view import context_rows
from kustui.tui.rehearsal.history_rows import LogRows, coverage_rows, queue_rows
from kustui.tui.rehearsal.scenario_actions import rebase_session
from kustui.tui.rehearsal.session import Session
from kustui.tui.rehearsal.step_rows import heading_rows, status_row, step_rows
from kustui.tui.tree.places import link_of
from kustui.tui.tree.row_order import RowOrder
from kustui.tui.tree.tree_rows import TreeRows
from kustui.tui.tree.tree_state import TreeState
from kustui.workspace.difference import difference
from kustui.workspace.snapshot import Snapshot, Workspace, check_snapshot
from tests.support.terminal import SAMPLES

_MOST = 12
"""Workflows of one input that are drawn, run and shown."""
_STEPS = 60


def snapshot_of(data: bytes) -> Snapshot:
    return check_snapshot(Snapshot(Collection((read_document("input.json", data),))))


def _use(parts: Iterable[object]) -> None:
    """Make all of what is made on demand; text has to be such as a file takes."""
    for part in parts:
        if isinstance(part, str):
            part.encode()


@cache
def _samples() -> Snapshot:
    """What a scenario or an event is for."""
    return check_snapshot(Workspace([str(SAMPLES / "timer-chain.json"), str(SAMPLES / "orders.json")]).open())


@cache
def _folder() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="kustui-fuzz-")
    _folders.append(folder)
    return Path(folder.name)


_folders: list[tempfile.TemporaryDirectory[str]] = []


# Definitions


def read_definition(data: bytes) -> None:
    document = read_document("input.json", data)
    _use(other_files(Collection((document,))))
    for fault in document.faults:
        document.source.place(document.fault_extent(fault).start)
    for app in document.apps:
        _ = app.app
    for entry in document.entries:
        _ = entry.title, entry.item
    show_source(document, "")


def show_source(document: Document, pointer: str) -> None:
    source = FoldedSource(SourceLines(document, pointer), ProblemPlaces(document, ()))
    source.matches(TextSearch("te/x"), 3)
    for line in (*range(min(source.lines.count, 4)), source.lines.count - 1):
        source.lines.pointer_at(line)
        source.lines.sibling(line, 1)
        for changed in (source, source.folded(line), source.with_siblings_folded(line), source.with_next_string(line)):
            row = changed.row_of(line)
            changed.pieces(row)
            changed.sign(row)


def check_rules(data: bytes) -> None:
    snapshot = snapshot_of(data)
    checked = CheckResult(snapshot.collection, snapshot.problems or (), Severity.ERROR, "")
    for name in FORMATS:
        _use(report_of(name)(checked, colour=name == "text"))
    baseline = _folder() / "baseline.json"
    write_baseline(str(baseline), snapshot.problems or ())
    _use(without_baseline(read_baseline(str(baseline)), snapshot.collection, snapshot.problems or (), Settings()))


def fix(data: bytes) -> None:
    snapshot = snapshot_of(data)
    for problem in (snapshot.problems or ())[:_STEPS]:
        for one in fixes_of(problem, snapshot.analyses):
            _use(map(str, edit_difference(one.edits)))
            for source, edits in by_source(one.edits).items():
                edited(source, edits).decode()
    safe_fixes(snapshot.problems or (), snapshot.analyses, unsafe=True)


def read_module(data: bytes) -> None:
    """As the definition that it builds, every place of it, and the fixes of what is wrong with it."""
    others = {path.name: path.read_bytes() for path in (SAMPLES / "modules/timer-chain/workflows").iterdir()}
    path = "input.ts" if b"import type" in data else "input.json5" if data[:1] == b"{" else "input.js"
    document = read_document(path, data, read=lambda imported: others.get(Path(imported).name))
    source = document.source
    for pointer in itertools.islice(document.outer_pointers, _STEPS):
        for extent in filter(None, document.spot(pointer)):
            written, place = source.written(extent)
            assert 0 <= place.start <= place.end <= len(written.data)
            source.span(extent)
    show_source(document, "")
    snapshot = check_snapshot(Snapshot(Collection((document,))))
    for problem in (snapshot.problems or ())[:_STEPS]:
        _use(related.message for related in problem.notes)
        for one in fixes_of(problem, snapshot.analyses):
            _use(map(str, edit_difference(one.edits)))
            for file, edits in by_source(one.edits).items():
                edited(file, edits).decode()
    for entry in document.entries[:_MOST]:
        show_source(document, entry.item.pointer)


def draw(data: bytes) -> None:
    snapshot = snapshot_of(data)
    assert snapshot.schedules is not None
    lines = ChainLines.of(snapshot)
    entries = snapshot.collection.entries[:_MOST]
    analyses = [lines.analysis(entry.key) for entry in entries]
    marks = tuple(problem_marks(analysis, snapshot.by_entry.get(analysis.entry.key, ())) for analysis in analyses)
    drawings = DiagramSet(
        tuple(map(flow_diagram, analyses)),
        schedule_edges(snapshot.schedules, [entry.key for entry in entries]),
        marks,
    )
    schedules = DiagramSet((schedules_diagram(snapshot.schedules, snapshot.collection),))
    for language in (mermaid, dot, svg):
        _use(language(drawings))
        _use(language(schedules))
    _use(json_text(analyses, lines, snapshot.schedules, only_schedules=False))
    write = writer(colour=True, ascii_only=True)
    for analysis, mark in zip(analyses, marks, strict=True):
        _use(rail_text(analysis, mark, 60, write))
        _use(boxes_text(analysis, mark, 60, write))


def draw_chains(data: bytes) -> None:
    snapshot = snapshot_of(data)
    assert snapshot.schedules is not None
    lines = ChainLines.of(snapshot)
    _use(chains_text(lines, snapshot.schedules, 80, writer(colour=False, ascii_only=False)))
    for order in range(len(ORDERS)):
        for chain in chain_summaries(snapshot.schedules, lines, order):
            _ = chain.row
    for entry in snapshot.collection.entries[:_MOST]:
        _use(chain_rows(lines, snapshot.schedules, entry.key, 3, 60))
        if timeline := timeline_of(lines, snapshot.schedules, entry.key, 100 / 60):
            timeline.rows(80)
            timeline.rows(20, len(timeline.moments) - 1)


_QUERIES = ("a", "e o", "action:", "event:kust", "problem:unknown", "step:a", "/#steps.1.x", "order wait", "1", "true")


def find(data: bytes) -> None:
    snapshot = snapshot_of(data)
    problems = snapshot.problems or ()
    for index in indexes(snapshot.collection, None, lambda: True):
        if index.is_complete:
            index.prepare()
        for text in _QUERIES:
            for group in find_matches(index, parse_query(text), problems):
                for match in group.matches:
                    if match.line >= 0:
                        index.pointer(match.kind, match.line)
            completions(index, text, problems)


def show(data: bytes) -> None:
    snapshot = snapshot_of(data)
    tree = TreeState(snapshot)
    rows = TreeRows(tree)
    if tree.nodes:
        tree.open_all(0)
    for index, node in enumerate(tree.nodes[:150]):
        rows.row(index)
        detail_rows(tree, node, 60)
        link_of(tree, node)
        if node.document.entries:
            show_source(node.document, getattr(node.part, "pointer", ""))
    for entry in snapshot.collection.entries[:_MOST]:
        for use in itertools.islice(uses_in(snapshot.analyses, entry), 200):
            _ = use.pointer
    tree.set_filter("a e")
    for by in (1, -1):
        RowOrder(tree).match_beyond(tree.search("kust"), None, by)


# Rehearsals


def _organisation(snapshot: Snapshot) -> Organisation:
    return Organisation(snapshot.analyses, snapshot.by_entry)


def _replay_and_save(organisation: Organisation, file: Any) -> None:
    result = replay(file, organisation, _STEPS)
    for name in RUN_FORMATS:
        _use(run_report_of(name)([result_of(result, run_render_of(name))]))
    saved = record_scenario(result.file.scenario.scenario, result.state, result.entries, cut=result.cut)
    replay(_read_again(saved), organisation, _STEPS)


def _read_again(saved: object) -> ScenarioFile:
    """What was saved can be read, unless it is nested too deep for a file: that is said where it is."""
    try:
        return read("saved.scenario.json", to_json(saved, indent=2).encode())
    except KustuiError as error:
        if "nested" in str(error) or "depth" in str(error):
            raise
        raise AssertionError(f"what was saved cannot be read: {error}") from error


def simulate(data: bytes) -> None:
    organisation = _organisation(snapshot_of(data))
    for entry in organisation.collection.entries[:4]:
        for name in {organisation.name_of(entry.key), entry.title}:
            try:
                file = default_scenario(organisation, name)
            except KustuiError:
                continue
            _replay_and_save(organisation, file)


def rehearse(data: bytes) -> None:
    organisation = _organisation(snapshot_of(data))
    for entry in organisation.collection.entries[:4]:
        session = Session.begin(organisation, entry.key)
        heading_rows(session)
        states = list(itertools.islice(session.run_on(_STEPS), _STEPS))
        if states:
            session = session.after_running(states)
        key, node = session.position
        step_rows(session, node, 60)
        for step in itertools.islice(organisation.analysis(key).flow.steps, 10):
            step_rows(session, step, 60)
        heading_rows(session), status_row(session), queue_rows(session), coverage_rows(session, 60)
        LogRows().rows(session, 60)
        for row in context_rows(session, frozenset()):
            context_rows(session, frozenset({row.link}))
        rebase_session(session, organisation)
        try:
            saved = complete_scenario("saved", session.state)
        except KustuiError:
            continue
        _read_again(saved)


def explore(data: bytes) -> None:
    organisation = _organisation(snapshot_of(data))
    analyses = [organisation.analysis(entry.key) for entry in organisation.collection.entries[:4]]
    explorations = [explore_paths(analysis, 12) for analysis in analyses]
    explorations += [
        explore_paths(analysis, 6, organisation) for analysis in itertools.islice(chain_heads(organisation), 2)
    ]
    _use(run_text.paths_report(organisation, explorations, chain=True, colour=True))
    _use(run_json.paths_report(organisation, explorations))
    for exploration in explorations:
        for path in exploration.paths[:6]:
            if scenario := expected_path_scenario(organisation, path):
                content = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
                replay(_read_again(content), organisation, _STEPS)


def follow_scenario(data: bytes) -> None:
    _replay_and_save(_organisation(_samples()), read("input.scenario.json", data))


def start_event(data: bytes) -> None:
    organisation = _organisation(_samples())
    for workflow in (None, organisation.name_of(organisation.collection.entries[0].key)):
        try:
            file = default_scenario(organisation, workflow, ("event.json", data))
        except KustuiError:
            continue
        _replay_and_save(organisation, file)


# Text


def read_expression(data: bytes) -> None:
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    parse(text)
    parse_template(text)
    parse_rate(text)
    list(expressions_in({text: [text]}))
    for op in ("eq", "and", text):
        condition = parse_condition(op, [text, {"op": text, "values": [text]}, [text]])
        in_words(condition)
        list(comparisons_in(condition))


@cache
def _sample_index() -> Index:
    return list(indexes(_samples().collection))[-1]


def query(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    find_matches(_sample_index(), parse_query(text), _samples().problems or ())
    completions(_sample_index(), text, _samples().problems or ())


# Files of kustui's own


def configure(data: bytes) -> None:
    for path in ("kustui.toml", "pyproject.toml"):
        parse_settings(path, data, RULES)
    merge_preferences(parse_file("kustui.toml", data).values)


def preferences(data: bytes) -> None:
    """The screen's, of which invalid ones are skipped."""
    merge_preferences(parse_file("kustui.toml", data).values)


def baseline(data: bytes) -> None:
    file = _folder() / "input.json"
    file.write_bytes(data)
    _use(without_baseline(read_baseline(str(file)), _samples().collection, _samples().problems or (), Settings()))


def state(data: bytes) -> None:
    file = _folder() / "state.json"
    file.write_bytes(data)
    read_session(file)


def reload(data: bytes) -> None:
    """The input over a good file, and the good one over it again: the same as each opened afresh."""
    file = _folder() / "reloaded.json"
    good = (SAMPLES / ("scheduling-pair.json" if len(data) % 4 else "orders.json")).read_bytes()
    file.write_bytes(good)
    workspace = Workspace([str(file)])
    workspace.open()
    before = workspace.refresh()
    for content in (data, good):
        file.write_bytes(content)
        now = workspace.refresh([str(file)])
        difference(before, now)
        tree = TreeState(before)
        tree.take(now, difference(before, now))
        assert _reported(now) == _opened_afresh(file, content), "a reload differs from a fresh load"
        before = now


def _reported(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    return [(problem.rule, problem.pointer, problem.message) for problem in snapshot.problems or ()]


@lru_cache(2)
def _opened_afresh(file: Path, content: bytes) -> list[tuple[str, str, str]]:
    """What is reported of a file that holds the content."""
    workspace = Workspace([str(file)])
    workspace.open()
    return _reported(workspace.refresh())


class Entry(NamedTuple):
    run: Callable[[bytes], None]
    kind: str
    """Of what good inputs it takes."""
    share: int = 4
    """How many inputs of a round it takes: fewer where each takes long, more where it takes next to none."""


ENTRIES: Mapping[str, Entry] = {
    "reader": Entry(read_definition, "definition"),
    "rules": Entry(check_rules, "definition"),
    "fixes": Entry(fix, "definition"),
    "modules": Entry(read_module, "module", 4),
    "diagrams": Entry(draw, "definition"),
    "chains": Entry(draw_chains, "definition"),
    "finder": Entry(find, "definition"),
    "explorer": Entry(show, "definition", 2),
    "simulate": Entry(simulate, "definition"),
    "rehearsal": Entry(rehearse, "definition", 1),
    "paths": Entry(explore, "definition", 1),
    "reload": Entry(reload, "definition", 1),
    "scenarios": Entry(follow_scenario, "scenario"),
    "events": Entry(start_event, "event"),
    "expressions": Entry(read_expression, "expression", 20),
    "queries": Entry(query, "query", 8),
    "configuration": Entry(configure, "toml", 16),
    "preferences": Entry(preferences, "toml", 16),
    "baselines": Entry(baseline, "baseline", 5),
    "state": Entry(state, "state", 12),
}
