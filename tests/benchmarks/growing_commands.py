"""What is measured of a crafted definition: the commands that read one, the finder, the explorer, the language server.

Each takes the file, a place for its output, and what measures the part of it that counts.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import AbstractContextManager, AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any

from kustui.cli import main as kustui

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Measure = Callable[[], AbstractContextManager[object]]
    Command = Callable[[Path, Path, Measure], None]


def _run(*arguments: str) -> None:
    """Whatever its exit status says, unless that it could not be carried out."""
    try:
        status = kustui(arguments)
    except SystemExit as error:
        status = int(error.code or 0)
    if status > 1:
        raise RuntimeError(f"kustui {' '.join(arguments)}: {status}")


def _command(*arguments: str) -> Command:
    def run(path: Path, output: Path, measure: Measure) -> None:
        with measure():
            _run(*arguments, str(path), "--output", str(output))

    return run


def _warm(*arguments: str) -> Command:
    """What a report takes once everything is checked."""

    def run(path: Path, output: Path, measure: Measure) -> None:
        _run("check", str(path), "--output", str(output))
        _command(*arguments)(path, output, measure)

    return run


def _first(path: Path) -> str | None:
    """The id or name of the first workflow; None where others share it, so that no command takes it."""
    names = [str(one.get("id") or one["name"]) for one in json.loads(path.read_bytes())["workflows"]]
    return names[0] if names.count(names[0]) == 1 else None


def _simulate(*options: str) -> Command:
    """Rehearse the first workflow."""

    def run(path: Path, output: Path, measure: Measure) -> None:
        if (first := _first(path)) is not None:
            _command("simulate", *options, "--workflow", first)(path, output, measure)

    return run


def _scenarios(*options: str) -> Command:
    """Replay a scenario that a rehearsal was saved as."""

    def run(path: Path, output: Path, measure: Measure) -> None:
        scenario = path.with_name("one.scenario.json")
        if (first := _first(path)) is None:
            return
        arguments = ("--workflow", first, "--max-steps", "150", "--save", str(scenario), "--force")
        _run("simulate", str(path), "--output", str(output), *arguments)
        with measure():
            _run("simulate", str(path), str(scenario), "--output", str(output), *options)

    return run


def _diff(change: Callable[[list[dict[str, Any]]], None], *options: str) -> Command:
    """Compare it with a copy in which something of its workflows is otherwise."""

    def run(path: Path, output: Path, measure: Measure) -> None:
        old = path.with_name("old.json")
        value = json.loads(path.read_bytes())
        change(value.get("workflows", []))
        old.write_text(json.dumps(value))
        with measure():
            _run("diff", "--no-cache", str(old), str(path), "--output", str(output), *options)

    return run


def _other_conditions(workflows: list[dict[str, Any]]) -> None:
    """Out of every third step."""
    for workflow in workflows:
        for part in (workflow["trigger"], *workflow["steps"][::3]):
            for edge in part.get("transitions", ())[:1]:
                edge["condition"] = {"op": "eq", "values": ["/#steps.1.vip", True]}


def _one_step_edited(workflows: list[dict[str, Any]]) -> None:
    step = workflows[0]["steps"][len(workflows[0]["steps"]) // 2]
    step["params"] = {**step.get("params", {}), "edited": True}


def _ids_renamed(workflows: list[dict[str, Any]]) -> None:
    """Of all steps."""
    for workflow in workflows:
        for part in (workflow["trigger"], *workflow["steps"]):
            if "id" in part and part is not workflow["trigger"]:
                part["id"] = "r" + part["id"]
            edges = [*part.get("transitions", ()), *(part.get("errorCases") or ())]
            for edge in edges:
                if isinstance(edge, dict):
                    edge["target"] = "r" + edge["target"]


def _changing(*arguments: str) -> Command:
    """What changes the file is run on a copy."""

    def run(path: Path, output: Path, measure: Measure) -> None:
        output.write_bytes(path.read_bytes())
        copy = output.rename(path.with_name("copy.json"))
        with measure():
            _run(*arguments, str(copy))
        copy.rename(output)

    return run


def _renamed(path: Path, output: Path, measure: Measure) -> None:
    """Rename the first step and the first workflow."""
    first = json.loads(path.read_bytes())["workflows"][0]
    name, title = str(first["steps"][0]["id"] or ""), _first(path)
    if [step["id"] for step in first["steps"]].count(name) > 1 or not name or title is None:
        return
    _changing("rename", name, "another", "--workflow", title)(path, output, measure)
    if first.get("id"):
        _changing("rename", title, "5f8e148232731d00ffffffff")(path, output, measure)


def _baseline(path: Path, output: Path, measure: Measure) -> None:
    with measure():
        _run("check", str(path), "--write-baseline", str(path.with_name("baseline.json")), "--output", str(output))
        _run("check", str(path), "--baseline", str(path.with_name("baseline.json")), "--output", str(output))


def _find(path: Path, output: Path, measure: Measure) -> None:
    """Index everything, and answer some queries."""
    from kustui.search.index import indexes
    from kustui.search.query import completions, parse_query
    from kustui.search.ranking import find_matches
    from kustui.workspace.snapshot import open_paths

    with measure():
        *_, index = indexes(open_paths([str(path)]).collection)
        index.prepare()
        for query in ("s", "s1", "workflow 1", "custmer", "action:note", "refs:1", "aaaab", "x"):
            find_matches(index, parse_query(query))
            completions(index, query)


def _timeline(path: Path, output: Path, measure: Measure) -> None:
    """Draw the timeline of every workflow that a chain begins with."""
    from kustui.analysis.chains import chain_starts
    from kustui.commands.check import parser
    from kustui.commands.inputs import checked_definitions
    from kustui.diagrams.chain_lines import ChainLines
    from kustui.diagrams.timeline import timeline_of

    with measure():
        snapshot = checked_definitions(parser().parse_args([str(path)]), [str(path)])
        assert snapshot.schedules is not None
        lines = ChainLines.of(snapshot)
        with output.open("w") as file:
            for start in chain_starts(snapshot.schedules, [entry.key for entry in snapshot.collection.entries]):
                timeline = timeline_of(lines, snapshot.schedules, start, 1.0)
                if timeline is not None:
                    file.writelines("".join(text for text, _ in row) + "\n" for row in timeline.rows(100))


def _explorer(path: Path, _: Path, measure: Measure) -> None:
    """Open it on the screen, and wait until everything is examined."""
    from tests.support.explorer import explorer
    from tests.support.idle import run

    async def look() -> None:
        async with explorer(path):
            pass

    with measure():
        run(look())


def _first_key(path: Path, _: Path, measure: Measure) -> None:
    """Open it on the screen, and wait until a key that is typed at once is answered, whatever is still examined."""
    from kustui.cache import Cache
    from kustui.tui.app import Kustui
    from kustui.workspace.background import BackgroundWorkspace
    from tests.support.explorer import ExplorerPilot
    from tests.support.idle import run

    async def look() -> None:
        app = Kustui(BackgroundWorkspace([str(path)], cache=Cache))
        async with AsyncExitStack() as stack:
            with measure():
                ui = ExplorerPilot(await stack.enter_async_context(app.run_test()))
                await ui.strike("j")
                while app.held or app.is_handling or ui.explorer.waiting.is_waiting:
                    await asyncio.sleep(0.001)
            await ui.wait_until_settled()  # before it is left

    run(look())


def _keys(*keys: str, first: tuple[str, ...] = ()) -> Command:
    """Type some keys in the explorer, once everything is examined and others were typed."""

    def press(path: Path, _: Path, measure: Measure) -> None:
        from tests.support.explorer import explorer
        from tests.support.idle import run

        async def look() -> None:
            async with explorer(path) as ui:
                await ui.press(*first)
                with measure():
                    for key in keys:
                        await ui.press(key)
                        await ui.wait_for_keys()

        run(look())

    return press


def _language_server(path: Path, output: Path, measure: Measure) -> None:
    """Type a letter in the middle, and ask what editors ask."""
    from lsprotocol import types
    from pygls.exceptions import JsonRpcInvalidParams

    from kustui.cache import Cache
    from kustui.config.configuration import Configuration
    from kustui.lsp import answers, completion, corrections
    from kustui.lsp.session import Session
    from kustui.lsp.typed_text import Position
    from kustui.workspace.check_cache import CachedCheck
    from kustui.workspace.snapshot import check_snapshot

    text = path.read_text()
    name, told = str(path), []

    async def edit() -> None:
        configuration = Configuration([name], None, none=True)
        check = CachedCheck(Cache(), lambda: check_snapshot)
        session = Session([name], configuration, check, "utf-16", lambda rule: rule, lambda *of: told.append(of), print)
        following = asyncio.ensure_future(session.run())
        session.open(name, path.as_uri(), 1, text)
        await session.current(checked=True)
        opened = session.texts[name].text
        at = opened.offset(Position(0, text.index('"action"') if '"action"' in text else 1))
        with measure():
            session.change(name, 2, opened.edited(at, at, " "))
            state = await session.current(checked=True)
            where = Position(0, text.rindex('"id"') + 8)
            found: list[object] = [*answers.definitions(state, name, where)]
            found += answers.references(state, name, where, declared=True)
            found += answers.document_symbols(state, name)
            found += answers.workspace_symbols(state, "s1")
            found += [answers.hover(state, name, where), *completion.items(state, name, where)]
            found += corrections.actions(
                state, name, types.Range(types.Position(0, 0), types.Position(9, 0)), None, versions=True
            )
            found += [corrections.name_at(state, name, where)]
            with suppress(JsonRpcInvalidParams):  # where it is not clear what is renamed
                found += corrections.renamed(state, name, where, "another", versions=True)
        output.write_text(repr(found) + repr(told[-1][1]))
        following.cancel()

    asyncio.run(edit())


COMMANDS: dict[str, Command] = {
    "check": _command("check", "--full"),
    "check --format json": _warm("check", "--format", "json"),
    "check --format jsonl": _warm("check", "--format", "jsonl"),
    "check --format sarif": _warm("check", "--format", "sarif"),
    "check --format github": _warm("check", "--format", "github"),
    "check --format junit": _warm("check", "--format", "junit"),
    "check --fix": _changing("check", "--fix", "--unsafe-fixes"),
    "check --diff": _changing("check", "--diff", "--unsafe-fixes"),
    "check --baseline": _baseline,
    "rename": _renamed,
    "graph": _command("graph"),
    "graph --boxes": _command("graph", "--boxes"),
    "graph --schedules": _command("graph", "--schedules"),
    "graph --map": _command("graph", "--map"),
    "graph --map --format json": _command("graph", "--map", "--format", "json"),
    "graph --format mermaid": _command("graph", "--format", "mermaid"),
    "graph --format dot": _command("graph", "--format", "dot"),
    "graph --format json": _command("graph", "--format", "json"),
    "graph --format svg": _command("graph", "--format", "svg"),
    "timeline": _timeline,
    "simulate": _simulate(),
    "simulate --max-steps 150": _simulate("--max-steps", "150"),
    "simulate --trace --format json": _simulate("--trace", "--format", "json"),
    "simulate --follow-events": _simulate("--follow-events"),
    "simulate --explore": _command("simulate", "--explore"),
    "simulate --chain": _command("simulate", "--chain"),
    "simulate SCENARIO": _scenarios("--trace"),
    "simulate --coverage json": _scenarios("--coverage", "json", "--coverage-file", "coverage"),
    "simulate --coverage lcov": _scenarios("--coverage", "lcov", "--coverage-file", "coverage"),
    "diff": _diff(_other_conditions),
    "diff of one step": _diff(_one_step_edited),
    "diff of other ids": _diff(_ids_renamed),
    "diff --format json": _diff(_one_step_edited, "--format", "json", "--full"),
    "finder": _find,
    "language server": _language_server,
    "explorer": _explorer,
    "a first key": _first_key,
    "keys in the tree": _keys("j", "l", "j", "l", "E", "j", "G", "k", "p"),
    "the source": _keys("3", "j", "G", "o", "C", "E", first=("j", "l", "j")),
    "the rail": _keys("5", "j", "G", "k", first=("j",)),
    "the boxes": _keys("6", "j", "G", "minus", "minus", first=("j",)),
    "the chains": _keys("7", "j", "o", "s", first=("j",)),
    "the timeline": _keys("8", "l", first=("j",)),
    "the map": _keys("0", "j", "o", "s", first=("j",)),
    "the problems": _keys("4", "j", "G", "k", "s"),
    "a rehearsal": _keys("r", "s", "s", "b", "C", "3", "j", "5", "G", "6"),
    "find anything": _keys("F", "s", "1", "escape"),
    "filter": _keys("slash", "s", "1", "enter", "n"),
}
ON_SCREEN = frozenset(list(COMMANDS)[list(COMMANDS).index("explorer") :])
"""Whose threads no process can be forked with."""
