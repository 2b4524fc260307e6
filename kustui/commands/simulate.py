"""``kustui simulate``: rehearse workflows without a screen, or replay scenarios as tests."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check import RULE_NAMES
from kustui.commands.command_line import Parser, whole_number
from kustui.commands.inputs import (
    WATCHES_FILES,
    WatchedDefinitions,
    cache_of,
    checked_definitions,
    configuration_of,
    read_stdin,
    require_workflows,
)
from kustui.commands.output import ExitStatus, Output, output_path, say
from kustui.commands.simulate_suite import Suite
from kustui.config.check_settings import Settings
from kustui.definition.collection_messages import unreadable_files
from kustui.definition.folders import SCENARIO_SUFFIX
from kustui.definition.loader import STDIN, STDIN_NAME
from kustui.errors import KustuiError, reason_of
from kustui.files import ExistsError, ReadError, absolute, exists, read_file, write_file
from kustui.garbage_collection import gc_paused
from kustui.simulate import DEFAULT_MAX_STEPS
from kustui.simulate.organisation import Organisation
from kustui.simulate.reports import FORMATS, render_of, report_of
from kustui.simulate.reports.coverage import FORMATS as COVERAGE_FORMATS
from kustui.simulate.scenarios.explore import (
    MAX_PATHS,
    Exploration,
    TakenPaths,
    chain_heads,
    expected_path_scenario,
    explore_paths,
)
from kustui.simulate.scenarios.file import ScenarioError, ScenarioFile, as_file, file_stem, find_scenarios, read
from kustui.simulate.scenarios.model import schema
from kustui.simulate.scenarios.record import default_scenario, find_workflow, record_scenario
from kustui.simulate.scenarios.replay import Replay, replay
from kustui.simulate.scenarios.suite import read_texts, result_of
from kustui.text.messages import counted
from kustui.text.terminal_safe import to_json
from kustui.workspace.snapshot import Snapshot

_EPILOG = """\
exit status:
  0  every scenario passed, or no run met anything broken
  1  a scenario failed, a run met something broken, or a recorded run does not happen again
  2  the rehearsal could not be carried out, or a scenario cannot be read

examples:
  kustui simulate app.json                              rehearse the only event, with a drafted payload
  kustui simulate app.json --workflow order-created     rehearse one workflow, by name or id
  kustui simulate app.json --event order.json           start it with your own payload, or with an event as it came
  kustui simulate app.json --event run.json             repeat a recorded run, as the API gives it: it fails again
  kustui simulate app.json --follow-events              and what its writes start, event by event (assumed)
  kustui simulate app.json --save late.scenario.json    save it as a scenario, to edit and replay:
  kustui simulate app.json late.scenario.json           exit status 1 when the outcome differs
  kustui simulate workflows/                            replay every scenario in a folder of definitions
  kustui simulate workflows/ --watch                    replay what each save concerns
  kustui simulate workflows/ --coverage text            report what no scenario takes, too
  kustui simulate workflows/ --update                   accept what came of those that fail
  kustui simulate app.json --workflow order-created --explore     list every path through it
  kustui simulate app.json --workflow order-created --chain       follow them through the workflows it schedules
  kustui simulate app.json --chain --save paths/                  save a scenario for each path that none takes yet
  kustui simulate --schema                              print the JSON Schema of scenarios
"""


def parser() -> Parser:
    parser = Parser("simulate", "Rehearse Kustomer workflows on a virtual clock.", _EPILOG)
    add = parser.add_argument
    add(
        "paths",
        metavar="PATH",
        nargs="*",
        help=f"definitions (a file, a folder, or - for standard input) and scenarios (*{SCENARIO_SUFFIX});"
        " unless any are named, all in the folders",
    )
    parser.add_output(FORMATS)
    add("--workflow", metavar="NAME-or-ID", help="rehearse the workflow with this name or id")
    add(
        "--event",
        metavar="FILE",
        help="start with the payload, event or recorded run in FILE (JSON), or - for standard input",
    )
    add("--trace", action="store_true", help="show every step of scenarios too, not only what is different")
    add(
        "--max-steps",
        metavar="N",
        type=whole_number(1, 1_000_000),
        help=f"stop after N steps (default: {DEFAULT_MAX_STEPS:,})",
    )
    add(
        "--follow-events",
        action="store_true",
        help="let what a step writes start the workflows on the event of the object (assumed)",
    )
    add("--seed", metavar="TEXT", default="", help="seed for random values")
    add("--explore", action="store_true", help="list every path through the workflows, and what each needs")
    add("--chain", action="store_true", help="like --explore, and follow each path through the workflows it schedules")
    add(
        "--coverage", choices=COVERAGE_FORMATS, help="report what the scenarios cover of every workflow, in this format"
    )
    add("--coverage-file", metavar="FILE", help="write the coverage to FILE instead of standard output")
    add("--update", action="store_true", help="let the scenarios that fail expect what came of them from now on")
    add("--save", metavar="FILE", help="save the rehearsal as a scenario; with --explore, one a path in a folder")
    add("--force", action="store_true", help="let --save replace existing files")
    add("--schema", action="store_true", help="print the JSON Schema of scenarios and exit")
    parser.add_configuration()
    parser.add_cache()
    parser.add_watch()
    return parser


def run(arguments: Sequence[str]) -> int:
    """Rehearse or replay what the arguments name; the exit status."""
    options = parser().parse_args(arguments)
    options.explore |= options.chain
    if options.schema:
        Output(options.output).write([f"{to_json(schema(), indent=2)}\n"])
        return ExitStatus.OK
    scenarios = [path for path in options.paths if path.lower().endswith(SCENARIO_SUFFIX)]
    definitions = [path for path in options.paths if path not in scenarios]
    given = _check_options(options, definitions, scenarios)
    searched = not scenarios and not given

    def named() -> Sequence[str]:
        """The scenarios to replay, with those that have come to a folder since."""
        return find_scenarios(definitions, beside_files=False) if searched else scenarios

    if options.watch:
        return _watch(options, definitions, named, searched=searched)
    with gc_paused():
        snapshot = checked_definitions(options, definitions)
        return _simulate(options, snapshot, named(), Suite(options, definitions))


def _check_options(options: argparse.Namespace, definitions: Sequence[str], scenarios: Sequence[str]) -> list[str]:
    """The options that say what to rehearse. Raises KustuiError where they do not go together."""
    names = ("workflow", "event", "explore", "save")
    given = [f"--{name}" for name in names if getattr(options, name) not in (None, False)]
    for wrong, reason in (*_mistakes(options, definitions, scenarios, given), *_suite_mistakes(options, given)):
        if wrong:
            raise KustuiError(reason)
    return given


def _mistakes(
    options: argparse.Namespace, definitions: Sequence[str], scenarios: Sequence[str], given: Sequence[str]
) -> Sequence[tuple[object, str]]:
    """What may be wrong with the options that say what to rehearse: whether it is, and the reason."""
    stdin = STDIN in definitions, options.event == STDIN
    saved = output_path(options.save) if options.save else None
    unsuitable = saved and not options.explore and not saved.lower().endswith(SCENARIO_SUFFIX)
    on_stdout = options.save and not saved
    return (
        (not definitions, "there is no definition to rehearse: name a file or a folder"),
        (scenarios and given, f"a scenario says what to start: leave out {', '.join(given)}"),
        (options.explore and options.follow_events, "--explore follows schedules only: leave out --follow-events"),
        (options.explore and options.event, "--explore makes up its own events: leave out --event"),
        (options.explore and options.format == "junit", "--explore checks nothing: use the format text or json"),
        (all(stdin), "only one of them can come from standard input: the definition or the payload of --event"),
        (options.watch and any(stdin), WATCHES_FILES),
        (options.watch and options.save, "--watch would save again and again: leave out --save"),
        (on_stdout and options.explore, "--explore saves scenarios in a folder: name one after --save, - is none"),
        (on_stdout and not options.output, "--save - and the report both go to standard output: add --output FILE"),
        (unsuitable, f"{options.save}: the name of a scenario must end with {SCENARIO_SUFFIX}"),
    )


def _suite_mistakes(options: argparse.Namespace, given: Sequence[str]) -> Iterator[tuple[object, str]]:
    """What may be wrong with the options that are for scenarios: whether it is, and the reason."""
    for name in ("coverage", "update"):
        yield getattr(options, name) and given, f"--{name} is for scenarios: leave out {', '.join(given)}"
    yield options.coverage_file and not options.coverage, "--coverage-file needs --coverage, which says the format"
    file = options.coverage_file and output_path(options.coverage_file)
    on_stdout = options.coverage not in (None, "text") and not file and not options.output
    yield (
        on_stdout,
        f"--coverage {options.coverage} needs a place of its own: add --coverage-file FILE, or --output FILE",
    )
    same = options.output and file and absolute(options.output) == absolute(file)
    yield same, "--output and --coverage-file name the same file: the report and the coverage need one each"
    yield options.update and options.watch, "--watch would accept every mistake: run --update without it"
    by_itself = options.max_steps or options.follow_events
    yield (
        options.update and by_itself,
        "--update replays as the scenarios say: leave out --max-steps and --follow-events",
    )


def _watch(
    options: argparse.Namespace, definitions: Sequence[str], named: Callable[[], Sequence[str]], *, searched: bool
) -> int:
    """Rehearse again after every change, until Ctrl+C, or until nobody reads on: ReaderGoneError. With ``searched``,
    scenarios may come to the folders."""
    configuration = configuration_of(options, definitions)
    suite = Suite(options, definitions)
    left_out: Sequence[str] | None = None

    def show(snapshot: Snapshot) -> None:
        nonlocal left_out
        require_workflows(snapshot.collection)
        unreadable = [*unreadable_files(snapshot.collection)]
        if left_out is None or all(line in left_out for line in unreadable):  # else another mistake has come
            left_out = unreadable
            _simulate(options, snapshot, named(), suite)

    def also() -> Sequence[str]:
        return [*named(), options.event] if options.event else named()

    def settings() -> Settings:
        return configuration.settings(RULE_NAMES, cache_of(options, configuration))

    WatchedDefinitions(options, definitions, configuration).follow(settings, show, also, scenarios=searched)
    return ExitStatus.OK


def _simulate(options: argparse.Namespace, snapshot: Snapshot, scenarios: Sequence[str], suite: Suite) -> int:
    """Carry out what the options ask for. Raises KustuiError, and ReaderGoneError where nobody reads on."""
    organisation = Organisation(snapshot.analyses, snapshot.by_entry)
    if options.explore:
        return _explore(options, organisation)
    if scenarios:
        return suite.replay(organisation, read_texts(scenarios))
    if options.coverage or options.update:
        raise KustuiError(
            f"--{'update' if options.update else 'coverage'} is for scenarios: there are none, --save makes them"
        )
    return _rehearse(options, organisation)


def _rehearse(options: argparse.Namespace, organisation: Organisation) -> int:
    """Run one scenario that is drafted."""
    file = _drafted_scenario(options, organisation)
    rehearsal = replay(file, organisation, options.max_steps, follow_events=options.follow_events)
    if options.save:
        _save_rehearsal(options.save, rehearsal, force=options.force)
    output = Output.of(options)
    result = result_of(rehearsal, render_of(options.format, colour=output.colour))
    output.write(report_of(options.format)([result], colour=output.colour))
    failed = not file.faithful or any(entry.broken for entry in rehearsal.entries)
    return ExitStatus.PROBLEMS if failed else ExitStatus.OK


def _drafted_scenario(options: argparse.Namespace, organisation: Organisation) -> ScenarioFile:
    payload = None
    if options.event == STDIN:
        payload = STDIN_NAME, read_stdin("a payload")
    elif options.event is not None:
        payload = options.event, read_file(options.event)
    return default_scenario(organisation, options.workflow, payload, options.seed)


def _explore(options: argparse.Namespace, organisation: Organisation) -> int:
    """List the paths through the workflows that the options name, or save a scenario for each."""
    from kustui.simulate.reports import json, text

    analyses: Iterable[WorkflowAnalysis]
    if options.workflow is not None:
        analyses = [find_workflow(organisation, options.workflow)]
    elif options.chain:
        analyses = chain_heads(organisation)
    else:
        analyses = (organisation.analysis(entry.key) for entry in organisation.collection.entries)
    follow = organisation if options.chain else None
    explorations = (explore_paths(analysis, MAX_PATHS, follow) for analysis in analyses)
    output = Output.of(options)
    if options.save:
        _save_paths(Path(options.save), organisation, explorations, chain=options.chain, force=options.force)
    elif options.format == "json":
        output.write(json.paths_report(organisation, explorations))
    else:
        output.write(text.paths_report(organisation, explorations, chain=options.chain, colour=output.colour))
    return ExitStatus.OK


# Saving


def _save_rehearsal(path: str, rehearsal: Replay, *, force: bool) -> None:
    """Save it to a file, or write it to standard output where the path is ``-``. Raises KustuiError, and
    ReaderGoneError where nobody reads that."""
    title = rehearsal.file.scenario.scenario
    scenario = record_scenario(title, rehearsal.state, rehearsal.entries, cut=rehearsal.cut)
    if output_path(path) is None:
        Output().write([_scenario_text(scenario)])
        return
    try:
        write_file(path, [_scenario_text(scenario)], replace=force)
    except ExistsError as error:
        raise KustuiError(f"{error}: use --force to replace it") from error
    say(f"{path}: saved")


def _save_paths(
    folder: Path, organisation: Organisation, explorations: Iterable[Exploration], *, chain: bool, force: bool
) -> None:
    """Save a scenario in a folder for each path that no scenario in it takes, under names that no file has; with
    ``force`` for every path, and files of the same name are replaced. ``chain``: a path goes on through what it
    schedules. Raises KustuiError; what was saved before that stays."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise KustuiError(f"{folder}: not a folder, which --explore needs to save scenarios in") from error
    except OSError as error:
        raise KustuiError(f"{folder}: {reason_of(error)}") from error
    taken = TakenPaths(() if force else _replays_in(folder, organisation), chain=chain)
    saved = kept = 0
    names: set[str] = set()
    for exploration in explorations:
        entry = exploration.analysis.entry
        name = file_stem(entry.title, entry.id or "", "workflow")
        while name.lower() in names:
            name += "-"  # another workflow of that name
        names.add(name.lower())
        for number, path in enumerate(exploration.paths, start=1):
            scenario = expected_path_scenario(organisation, path, exploration.titles.get(path, ""))
            if scenario is None:
                continue
            if not force and replay(as_file(scenario), organisation) in taken:
                kept += 1
                continue
            content = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
            _write_under_free_name(folder, name, number, content, force=force)
            saved += 1
    already = f", {counted(kept, 'path')} already taken by one" if kept else ""
    say(f"{folder}: {counted(saved, 'scenario')} saved{already}")


def _replays_in(folder: Path, organisation: Organisation) -> Iterator[Replay]:
    """The scenarios in a folder replayed; those that cannot be are reported."""
    for path in find_scenarios([str(folder)]):
        try:
            yield replay(read(path, read_file(path)), organisation)
        except (ReadError, ScenarioError) as error:
            for line in error.lines:
                say(f"kustui: {line}")


def _write_under_free_name(folder: Path, stem: str, number: int, content: Mapping[str, Any], *, force: bool) -> None:
    """Write ``stem-number.scenario.json``, or with the next number that no file has. Raises KustuiError."""
    while True:
        path = folder / f"{stem}-{number}{SCENARIO_SUFFIX}"
        number += 1
        if not force and exists(path):
            continue
        try:
            write_file(path, [_scenario_text(content)], replace=force)
        except ExistsError:  # it came just now
            continue
        return


def _scenario_text(scenario: Mapping[str, Any]) -> str:
    return f"{to_json(scenario, indent=2)}\n"
