"""Editing sessions, by a real client."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.benchmarks.generate import definition
from tests.support.definitions import ALWAYS, a_workflow
from tests.support.editor import Editor, editing
from tests.support.patience import PATIENCE
from tests.support.trees import SAMPLES

BROKEN = "missing-input.json"
ORDERS = "orders.json"
ID = "5f8e148232731d0015c14657"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "project"
    place.mkdir()
    return place


def put(folder: Path, sample: str) -> str:
    return Path(shutil.copy(SAMPLES / sample, folder)).name


def locations(answer: Any) -> list[tuple[str, int]]:
    """The names of files, and lines from 1."""
    return [(location.uri.rpartition("/")[2], location.range.start.line + 1) for location in answer or ()]


async def words(editor: Editor, name: str, mark: str) -> str:
    answer = await editor.ask(editor.text_document_hover_async(editor.at(name, mark, types.HoverParams)))
    return answer.contents.value if answer is not None and isinstance(answer.contents, types.MarkupContent) else ""


async def labels(editor: Editor, name: str, mark: str) -> list[str]:
    answer = await editor.ask(editor.text_document_completion_async(editor.at(name, mark, types.CompletionParams)))
    assert isinstance(answer, types.CompletionList)
    return [item.label for item in answer.items]


async def test_a_broken_file_is_mended_as_it_is_typed(folder: Path) -> None:
    put(folder, f"broken/{BROKEN}")
    async with editing(folder) as editor:
        editor.open(BROKEN)
        (missing,) = await editor.rules(BROKEN, ["missing-input"])
        assert editor.text_of(BROKEN, missing.range) == '"fooAt"'
        (related,) = missing.related_information or ()
        assert related.message == "required here"
        assert missing.code_description is not None
        page = Path(missing.code_description.href.removeprefix("file://"))
        assert page.read_text().startswith("# missing-input\n")
        assert "**missing-input** (error) finds" in await words(editor, BROKEN, '"fo|oAt": "')
        assert "⇒ chain-4-of-4 after 60 min" in await words(editor, BROKEN, '"target": "95QPe|HoP1"')
        editor.replace(BROKEN, '"fooAt": "/#steps.1.@fooAt"', '"@fooAt": "/#steps.1.@fooAt"')
        await editor.rules(BROKEN, [])
        editor.close(BROKEN)
        editor.versions.clear()
        await editor.rules(BROKEN, ["missing-input"])  # on the disk it is what it was
    assert editor.exit_status == 0


async def test_while_the_text_does_not_parse_the_fault_is_shown_beside_the_last_good_state(folder: Path) -> None:
    put(folder, f"broken/{BROKEN}")
    async with editing(folder) as editor:
        editor.open(BROKEN)
        await editor.rules(BROKEN, ["missing-input"])
        editor.type(BROKEN, 0, 1, '{\n\n  "title": ,')
        diagnostics = await editor.rules(BROKEN, ["invalid-json", "missing-input"])
        fault, missing = sorted(diagnostics, key=lambda one: str(one.code))
        assert fault.range.start.line == 2
        assert editor.text_of(BROKEN, missing.range) == '"fooAt"'
        assert "chain-4-of-4" in await words(editor, BROKEN, '"workflowId": "607|10fb588fe5372c9a12ddd"')
        editor.replace(BROKEN, '\n\n  "title": ,', "")
        await editor.rules(BROKEN, ["missing-input"])


async def test_what_a_place_names_is_found_and_who_uses_it(folder: Path) -> None:
    put(folder, ORDERS)
    async with editing(folder) as editor:
        editor.open(ORDERS)
        step = editor.at(ORDERS, '"id": "|gBcc4f1uv"', types.DefinitionParams)
        target = editor.at(ORDERS, '"target": "gB|cc4f1uv"', types.DefinitionParams)
        definition = await editor.ask(editor.text_document_definition_async(target))
        assert locations(definition) == [(ORDERS, step.position.line + 1)]
        for place in (step, target):
            context = types.ReferenceContext(include_declaration=True)
            params = types.ReferenceParams(context, place.text_document, place.position)
            assert locations(await editor.ask(editor.text_document_references_async(params))) == [
                (ORDERS, step.position.line + 1),
                (ORDERS, target.position.line + 1),
            ]
        condition = '"target": "gBcc4f1uv",\n              "condi|tion": {'
        assert 'Holds if parseFloat(attributes.data.order.total) \\> "500"' in await words(editor, ORDERS, condition)
        document = types.DocumentSymbolParams(editor.document(ORDERS))
        (app,) = await editor.ask(editor.text_document_document_symbol_async(document)) or ()
        assert isinstance(app, types.DocumentSymbol)
        assert (app.name, len(app.children or ())) == ("orderdesk", 6)
        assert next(part.name for part in (app.children or ())[1].children or ()) == "on orderdesk.order.ship"
        found = await editor.ask(editor.workspace_symbol_async(types.WorkspaceSymbolParams("check deliv")))
        assert {symbol.name for symbol in found or ()} == {"check-delivery", "Check delivery in three days"}


async def test_a_rename_changes_every_file_and_says_what_cannot_be(folder: Path) -> None:
    hard_coded = {**caller_of(ID), "description": f"It calls {ID}."}
    for name, workflow in (("one.json", a_workflow("one", id=ID)), ("two.json", hard_coded)):
        (folder / name).write_text(json.dumps({"workflows": [workflow]}, indent=2))
    scenario = {"scenario": "It runs.", "start": [{"workflow": ID}]}
    (folder / "one.scenario.json").write_text(json.dumps(scenario, indent=2))
    async with editing(folder) as editor:
        for name in ("one.json", "two.json", "one.scenario.json"):
            editor.open(name)
        place = editor.at("two.json", f'"workflowId": "{ID[:3]}|{ID[3:]}"', types.PrepareRenameParams)
        named = await editor.ask(editor.text_document_prepare_rename_async(place))
        assert isinstance(named, types.PrepareRenamePlaceholder)
        assert (named.placeholder, editor.text_of("two.json", named.range)) == (ID, ID)
        params = types.RenameParams(place.text_document, place.position, "another")
        edit = await editor.ask(editor.text_document_rename_async(params))
        assert edit is not None
        for name, text in editor.apply(edit).items():
            assert text.count(ID) == (name == "two.json")
            assert '"another"' in text, name
        assert [message.partition(":")[0] for message in editor.messages] == [f'"{ID}" is not changed here']
        taken = types.RenameParams(place.text_document, place.position, "id-of-two")
        with pytest.raises(JsonRpcException, match="is taken"):
            await editor.ask(editor.text_document_rename_async(taken))
        elsewhere = editor.at("two.json", '"va|lue": 5', types.PrepareRenameParams)
        assert await editor.ask(editor.text_document_prepare_rename_async(elsewhere)) is None


def caller_of(id_: str) -> dict[str, Any]:
    params = {"workflowId": id_, "runAt": {"type": "relative", "value": 5}, "inputs": {}}
    step = {"id": "a", "action": "kustomer.app.scheduler.schedule-workflow", "params": params, "transitions": []}
    return {**a_workflow("two"), "steps": [step]}


async def test_quick_fixes_are_offered_where_the_problem_is_and_all_at_once(folder: Path) -> None:
    workflow = a_workflow("one")
    workflow["trigger"]["transitions"] = [{"target": "stepOne1", "condition": {"op": "equals", "values": ["a", "b"]}}]
    workflow["steps"] = [{"id": "stepOne2", "transitions": []}]
    (folder / "one.json").write_text(json.dumps({"workflows": [workflow]}, indent=2))
    async with editing(folder) as editor:
        editor.open("one.json")
        await editor.rules("one.json", ["unknown-operator", "unknown-target"])
        place = editor.at("one.json", '"target": "step|One1"', types.HoverParams).position
        params = types.CodeActionParams(
            editor.document("one.json"), types.Range(place, place), types.CodeActionContext([])
        )
        actions = await editor.ask(editor.text_document_code_action_async(params)) or []
        fix = actions[0]
        assert isinstance(fix, types.CodeAction)
        assert fix.title == 'Change "stepOne1" to "stepOne2"'
        assert fix.diagnostics is not None
        assert [one.code for one in fix.diagnostics] == ["unknown-target"]
        assert fix.edit is not None
        fixed = editor.apply(fix.edit)["one.json"]
        assert fixed == editor.texts["one.json"].replace("stepOne1", "stepOne2")
        params.context.only = [types.CodeActionKind.SourceFixAll]
        (all_,) = await editor.ask(editor.text_document_code_action_async(params)) or ()
        assert isinstance(all_, types.CodeAction)
        assert all_.edit is not None
        editor.type("one.json", 0, len(editor.texts["one.json"]), editor.apply(all_.edit)["one.json"])
        left = await editor.until_known("one.json")
        assert "unknown-target" not in left


async def test_what_can_stand_at_a_place_is_offered_though_the_text_does_not_parse(folder: Path) -> None:
    put(folder, ORDERS)
    put(folder, f"broken/{BROKEN}")
    async with editing(folder) as editor:
        editor.open(ORDERS)
        editor.replace(ORDERS, '"target": "gBcc4f1uv"', '"target": "gB')
        assert "gBcc4f1uv" in await labels(editor, ORDERS, '"target": "gB|,\n')
        editor.open(BROKEN)
        editor.replace(BROKEN, '"fooAt": "/#steps.1.@fooAt"', '"')
        assert await labels(editor, BROKEN, '"conversationId": "/#steps.1.conversationId",\n              "|\n') == [
            "@fooAt"
        ]
        editor.replace(BROKEN, '"conversationId": "/#steps.1.conversationId",\n              "\n', '"x": "/#steps.1.\n')
        assert await labels(editor, BROKEN, '"x": "/#steps.1.|\n') == ["@fooAt", "conversationId"]
        editor.replace(BROKEN, '"x": "/#steps.1.\n', '"x": "/#steps.\n')
        assert await labels(editor, BROKEN, '"x": "/#steps.|\n') == ["1", "95QPeHoP1"]


async def test_ids_operators_actions_events_inputs_and_keys_are_offered(folder: Path) -> None:
    text = json.dumps({"workflows": [a_workflow("one"), caller_of("")]}, indent=2)
    (folder / "one.json").write_text(text)
    async with editing(folder) as editor:
        editor.open("one.json")
        text = editor.texts["one.json"]

        async def at(before: str, number: int = 0) -> list[str]:
            offset = text.index(before) + len(before)
            for _ in range(number):
                offset = text.index(before, offset) + len(before)
            place = types.CompletionParams(editor.document("one.json"), editor.position(text, offset))
            answer = await editor.ask(editor.text_document_completion_async(place))
            assert isinstance(answer, types.CompletionList)
            return [item.label for item in answer.items]

        assert await at('"target": "') == ["a"]
        assert "exists" in await at('"op": "')
        assert "kustomer.note.create" in await at('"action": "')
        assert "kustomer.customer.update" in await at('"eventName": "')
        assert await at('"workflowId": "') == []  # neither can be called
        assert await at('"body": "') == ["steps", "variables", "error", "fn:"]
        assert set(await at('"steps": [\n        {\n          "')) == {"errorCases", "appVersion", "id", "meta"}
        assert "title" in await at('{\n  "')


async def test_what_is_open_is_told_first(folder: Path) -> None:
    organisation = json.dumps(definition(300, 12))
    (folder / "a.json").write_text(organisation.replace('"op": "eq"', '"op": "equals"', 1))
    name = put(folder, "broken/unknown-target.json")
    async with editing(folder) as editor:
        editor.open(name)
        await editor.rules(name, ["unknown-target"])
        assert editor.uri("a.json") not in editor.told
        await editor.until(lambda: editor.uri("a.json") in editor.told, lambda: "the others are never told")
        await editor.rules(name, ["unknown-target"])


async def test_a_folder_that_is_opened_later_is_checked_too(folder: Path) -> None:
    put(folder, f"broken/{BROKEN}")
    later = folder.parent / "later"
    later.mkdir()
    put(later, "broken/unknown-target.json")
    async with editing(folder) as editor:
        editor.open(BROKEN)
        await editor.rules(BROKEN, ["missing-input"])
        event = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder(later.as_uri(), "later")], [])
        editor.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
        await editor.rules("../later/unknown-target.json", ["unknown-target"])


@pytest.mark.parametrize(
    ("offered", "chosen"), [([], "utf-16"), (["utf-32", "utf-16"], "utf-32"), (["utf-8", "utf-16"], "utf-8")]
)
async def test_positions_are_counted_as_it_was_agreed(folder: Path, offered: list[str], chosen: str) -> None:
    workflow = a_workflow("😀 é")
    workflow["trigger"]["transitions"] = [{"target": "nowhere", "condition": ALWAYS}]
    (folder / "one.json").write_text(json.dumps({"workflows": [workflow]}, ensure_ascii=False))
    async with editing(folder, encodings=offered) as editor:
        assert editor.encoding == chosen
        editor.open("one.json")
        (unknown,) = await editor.rules("one.json", ["unknown-target"])
        texts = {
            editor.text_of("one.json", one.range) for one in editor.diagnostics[editor.uri("one.json")].diagnostics
        }
        assert '"nowhere"' in texts
        assert unknown.source == "kustui"


async def test_any_text_is_taken(folder: Path) -> None:
    put(folder, f"broken/{BROKEN}")
    chance = random.Random(1)
    async with editing(folder) as editor:
        editor.open(BROKEN)
        good = editor.texts[BROKEN]
        for number in range(60):
            text = editor.texts[BROKEN]
            start = chance.randrange(len(text) + 1)
            end = min(len(text), start + chance.choice([0, 1, 3, 40]))
            new = chance.choice(["{", "}", '"', "[", ",", "\\", "é😀", "\n", "/#steps.", "{{", "\x00", "x" * 20])
            editor.type(BROKEN, start, end, new)
            if number % 10 == 0:
                place = editor.position(editor.texts[BROKEN], start)
                at = editor.document(BROKEN), place
                await editor.ask(editor.text_document_completion_async(types.CompletionParams(*at)))
                await editor.ask(editor.text_document_hover_async(types.HoverParams(*at)))
                await editor.ask(editor.text_document_definition_async(types.DefinitionParams(*at)))
                params = types.CodeActionParams(
                    editor.document(BROKEN), types.Range(place, place), types.CodeActionContext([])
                )
                await editor.ask(editor.text_document_code_action_async(params))
                await editor.ask(
                    editor.text_document_document_symbol_async(types.DocumentSymbolParams(editor.document(BROKEN)))
                )
        editor.type(BROKEN, 0, len(editor.texts[BROKEN]), good)
        await editor.rules(BROKEN, ["missing-input"])
        assert editor.messages == []


async def test_what_is_saved_elsewhere_is_seen_and_a_question_can_be_cancelled(folder: Path) -> None:
    put(folder, f"broken/{BROKEN}")
    async with editing(folder) as editor:
        await editor.rules(BROKEN, ["missing-input"])
        text = (folder / BROKEN).read_text()
        (folder / BROKEN).write_text(text.replace('"fooAt": "', '"@fooAt": "'))
        await editor.rules(BROKEN, [])
        editor.open(BROKEN)
        params = types.DocumentSymbolParams(editor.document(BROKEN))
        question = editor.protocol.send_request(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, params, msg_id="asked")
        editor.cancel_request(types.CancelParams("asked"))
        try:
            await asyncio.wait_for(asyncio.wrap_future(question), PATIENCE)
        except JsonRpcException as error:
            assert error.code == types.LSPErrorCodes.RequestCancelled  # noqa: PT017  # it may have come too late
        assert (await labels(editor, BROKEN, '"name": "|chain-1')) == []


def serve(*options: str, code: str = "", **more: Any) -> subprocess.Popen[bytes]:
    program = code or "from kustui.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", program, "lsp", *options]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ), **more
    )


@pytest.mark.slow
def test_it_ends_with_the_editor() -> None:
    server = serve()
    out, error = server.communicate(b"", timeout=PATIENCE)
    assert (server.returncode, out, error) == (0, b"", b"")


@pytest.mark.slow
def test_it_ends_when_the_editor_has_died_though_its_input_stays_open(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as dying, serve() as server:
        assert server.stdin is not None
        assert server.stdout is not None
        for message in (
            {"id": 1, "method": "initialize", "params": {"processId": dying.pid, "rootUri": None, "capabilities": {}}},
            {"method": "initialized", "params": {}},
        ):
            body = json.dumps({"jsonrpc": "2.0", **message}).encode()
            server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            server.stdin.flush()
        assert server.stdout.readline().startswith(b"Content-Length")
        assert dying.stdin is not None
        dying.stdin.close()
        dying.wait(PATIENCE)
        assert server.wait(PATIENCE) == 1


def test_without_the_extra_it_says_how_to_install_it() -> None:
    code = "import sys; sys.modules['pygls'] = None; from kustui.cli import main; raise SystemExit(main())"
    server = serve(code=code)
    _, error = server.communicate(b"", timeout=PATIENCE)
    assert server.returncode == 2
    assert error.decode() == "kustui: the language server needs pygls: pip install 'kustui[lsp]'\n"


async def test_a_document_at_a_path_that_there_cannot_be_is_known_to_nobody(folder: Path) -> None:
    start = types.Position(0, 0)
    async with editing(folder) as editor:
        for uri in ("file:///a%00b.json", "file:///a\0b.json", "\ud800", "file:///%zz", "untitled:1", "file:///", ""):
            document = types.TextDocumentIdentifier(uri)
            editor.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "json", 1, "{")))
            questions: list[tuple[Any, Any]] = [
                (editor.text_document_hover_async, types.HoverParams(document, start)),
                (editor.text_document_definition_async, types.DefinitionParams(document, start)),
                (editor.text_document_document_symbol_async, types.DocumentSymbolParams(document)),
                (editor.text_document_prepare_rename_async, types.PrepareRenameParams(document, start)),
            ]
            assert not any([await editor.ask(ask(params)) for ask, params in questions])
    assert editor.exit_status == 0
