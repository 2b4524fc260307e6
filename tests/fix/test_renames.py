from __future__ import annotations

import json
from typing import Any

import pytest

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.definition.collection import Collection, Document, read_document
from kustui.fix.edits import by_source, edited
from kustui.fix.renames import Rename, RenameError, rename


def cache_of(*definitions: object) -> AnalysisCache:
    """Of files with a definition each: bytes as they are, anything else as JSON."""
    contents = (each if isinstance(each, bytes) else json.dumps(each).encode() for each in definitions)
    return AnalysisCache(Collection(tuple(read_document(f"{index}.json", data) for index, data in enumerate(contents))))


def renamed(analyses: AnalysisCache, old: str, new: str) -> Rename:
    """The rename of the first step, workflow or input of a name."""
    for entry in analyses.collection.entries:
        analysis = analyses.of(entry)
        if entry.id == old:
            return rename(analyses, entry, entry.item.pointer, new)
        for one in analysis.workflow.steps:
            if one.id == old:
                return rename(analyses, entry, one.pointer, new)
        if (inputs := analysis.inputs) is not None and old in inputs.properties:
            return rename(analyses, entry, f"{analysis.workflow.pointer}/trigger/schema/properties/{old}", new)
    raise AssertionError(old)


def after(analyses: AnalysisCache, change: Rename) -> list[bytes]:
    """What the files hold after it."""
    edits = by_source(change.fix.edits)
    return [edited(document.source, edits.get(document.source, ())) for document in analyses.collection.documents]


def values_after(analyses: AnalysisCache, old: str, new: str) -> list[Any]:
    return [json.loads(data) for data in after(analyses, renamed(analyses, old, new))]


def untouched(change: Rename) -> list[tuple[str, str]]:
    """The places that are not changed: the pointer, and what stands there."""
    return [(place.pointer, text_of(place.document, place.where())) for place in change.untouched]


def text_of(document: Document, extent: Any) -> str:
    return document.source.text(extent)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/#steps.aB3.body.id", "/#steps.new.body.id"),
        ("/#steps.aB3", "/#steps.new"),
        ("/#steps.aB34.id", "/#steps.aB34.id"),
        ("/#variables.aB3.id", "/#variables.aB3.id"),
        ("/#fn:dateFormat,steps.aB3.at,LL", "/#fn:dateFormat,steps.new.at,LL"),
        ("/#fn:ifExists,steps.aB3.at,steps.aB3.then", "/#fn:ifExists,steps.new.at,steps.new.then"),
        ("{{steps.aB3.id}} and {{{ steps.aB3.name }}}", "{{steps.new.id}} and {{{ steps.new.name }}}"),
        ("{{steps.[aB3].id}}", "{{steps.[new].id}}"),
        ("{{@root.steps.aB3.id}}", "{{@root.steps.new.id}}"),
        ("{{#if steps.aB3.id}}{{steps/aB3/id}}{{/if}}", "{{#if steps.new.id}}{{steps/new/id}}{{/if}}"),
        ("{{#steps.aB3.tags}}{{this}}{{/steps.aB3.tags}}", "{{#steps.new.tags}}{{this}}{{/steps.new.tags}}"),
        ("{{math steps.aB3.x '+' (length steps.aB3.y)}}", "{{math steps.new.x '+' (length steps.new.y)}}"),
        ("{{date steps.1.x format=steps.aB3.y}}", "{{date steps.1.x format=steps.new.y}}"),
        ("Order /#steps.aB3.id, please", "Order /#steps.new.id, please"),
        ("#/steps.aB3.id", "#/steps.new.id"),
        ("{{steps.aB3.custom.@x}} {{steps.aB3.id}}", "{{steps.new.custom.@x}} {{steps.new.id}}"),
        ("/#steps.aB3.", "/#steps.new."),
        ("{{#each steps.1.xs}}{{this.steps.aB3.x}}{{/each}}", "{{#each steps.1.xs}}{{this.steps.aB3.x}}{{/each}}"),
        ({"list": ['é "/#steps.aB3.x"', 1, None]}, {"list": ['é "/#steps.new.x"', 1, None]}),
    ],
)
@pytest.mark.parametrize("where", ["params", "condition"])
def test_what_reads_the_step_reads_it_under_its_new_id(value: Any, expected: Any, where: str) -> None:
    def definition(id_: str, read: Any) -> Any:
        edge = to("eF5", when("eq", read, 1)) if where == "condition" else to("eF5")
        reader = step("cD4", edge, params={"at": read} if where == "params" else {})
        return app(workflow("Greet", step(id_, to("cD4")), reader, step("eF5")))

    assert values_after(cache_of(definition("aB3", value)), "aB3", "new") == [definition("new", expected)]


def test_transitions_and_error_cases_lead_to_the_new_id() -> None:
    def definition(id_: str) -> Any:
        return workflow("Greet", step("cD4", to(id_), errorCases=[to(id_)]), step(id_), entry=(to(id_), to("cD4")))

    assert values_after(cache_of(definition("aB3")), "aB3", "new") == [definition("new")]


def test_another_workflow_with_a_step_of_the_same_id_is_left_alone() -> None:
    other = workflow("Other", step("aB3", to("cD4")), step("cD4", params={"x": "/#steps.aB3.x"}))
    first, second = values_after(cache_of(workflow("Greet", step("aB3")), other), "aB3", "new")
    assert (first["steps"][0]["id"], second) == ("new", other)


def test_what_has_another_fault_is_renamed_all_the_same() -> None:
    def definition(id_: str) -> Any:
        faulty = step("cD4", parms={"x": f"/#steps.{id_}.x"}, errorCase=[to(id_)], meta=3)
        return workflow("Greet", step(id_, to("cD4")), faulty, {**step("eF5", to(id_)), "params": [f"/#steps.{id_}.y"]})

    assert values_after(cache_of(definition("aB3")), "aB3", "new") == [definition("new")]


@pytest.mark.parametrize(
    ("old", "new", "value", "expected"),
    [
        ("aB3", "a b", "{{steps.aB3.id}}", "blank"),
        ("a b", "aB3", "{{steps.[a b].id}}", "{{steps.aB3.id}}"),
        ("a b", "aB3", "/#steps.a b.id", "/#steps.aB3.id"),
        ("aB3", "a/b", "{{steps.aB3.id}}", "{{steps.[a/b].id}}"),
        ("aB3", "12", "{{steps.aB3}} {{steps.aB3.id}}", "{{steps.[12]}} {{steps.12.id}}"),
        ("aB3", "@x", "/#steps.aB3.id", "/#steps.@x.id"),
        ("aB3", 'q"', "{{steps.aB3.id}}", '{{steps.[q"].id}}'),
        ("aB3", "]", "{{steps.aB3.id}}", "{{steps.[\\]].id}}"),
        ("aB3", "a+b", "Order /#steps.aB3.id", "cannot be written"),
        ("aB3", "\\", "{{steps.aB3.id}}", "{{steps.[\\].id}}"),
        ("aB3", "\\", "{{steps.aB3.[x]}}", "cannot be written"),
        ("aB3", "{{", "/#steps.aB3.id", "cannot be written"),
        ("aB3", "a,b", "/#steps.aB3.id", "a comma"),
        ("aB3", "a.b", "/#steps.aB3.id", "a dot"),
        ("aB3", "", "/#steps.aB3.id", "empty"),
        ("aB3", "a\x1b", "/#steps.aB3.id", "nobody can see"),
        ("aB3", "a\ud800", "/#steps.aB3.id", "nobody can see"),
        ("aB3", "1", "/#steps.aB3.id", "trigger"),
        ("aB3", "aB3", "/#steps.aB3.id", "already called"),
        ("aB3", "zz", "/#steps.aB3.id", "is taken, by the step at 0.json:1:"),
    ],
)
def test_the_new_id_is_written_as_its_place_needs_it(old: str, new: str, value: str, expected: str) -> None:
    def definition(id_: str, read: str) -> Any:
        return workflow("Greet", step(id_, to("zz")), step("zz", params={"at": read}))

    analyses = cache_of(definition(old, value))
    if "steps" in expected:
        assert values_after(analyses, old, new) == [definition(new, expected)]
    else:
        with pytest.raises(RenameError, match=expected):
            renamed(analyses, old, new)


def test_an_id_that_two_steps_have_is_refused() -> None:
    analyses = cache_of(workflow("Greet", step("aB3"), step("aB3")))
    with pytest.raises(RenameError, match=r'2 steps have the id "aB3".*\(1:\d+, 1:\d+\)'):
        renamed(analyses, "aB3", "new")


def test_the_trigger_is_refused_and_so_is_what_has_no_id() -> None:
    analyses = cache_of(workflow("Greet", step("aB3")))
    (entry,) = analyses.collection.entries
    for pointer, words in (("/trigger", "the trigger"), ("", "has no id"), ("/steps/0/params", "only a step")):
        with pytest.raises(RenameError, match=words):
            rename(analyses, entry, pointer, "new")


def test_an_id_in_other_text_is_listed_and_not_changed() -> None:
    told = step("cD4", params={"uri": "https://x.y/aB3?step=aB3", "body": "{{lookup steps 'aB3'}} {{steps.aB3.x}}"})
    action = {"name": "a", "inputTemplate": {"x": "{{steps.aB3.x}}"}}
    analyses = cache_of(app(workflow("Greet", step("aB3", to("cD4")), told), actions=[action]))
    change = renamed(analyses, "aB3", "new")
    body, uri = "/workflows/0/steps/1/params/body", "/workflows/0/steps/1/params/uri"
    assert untouched(change) == [
        (uri, "aB3"), (uri, "aB3"), (body, "aB3"), ("/actions/0/inputTemplate/x", "aB3"),
    ]  # fmt: skip
    assert change.untouched[0].span().start.column < change.untouched[1].span().start.column


def test_an_ordinary_word_is_listed_only_behind_what_it_is_the_id_of() -> None:
    told = step("cD4", params={"body": "please reply", "uri": "/steps/reply"})
    change = renamed(cache_of(workflow("Greet", step("reply", to("cD4")), told)), "reply", "answer")
    assert untouched(change) == [("/steps/1/params/uri", "reply")]


def test_a_workflow_is_renamed_wherever_its_id_names_it() -> None:
    def files(id_: str) -> list[Any]:
        publishes = step("bC4", action="kustomer.app.bots.start", params={"workflowId": id_, "other": ["x"]})
        listens = workflow("Listen", step("aB3"), event=f"kustomer.workflow.{id_}.call")
        resource = {"type": "workflow", "id": "r", "attributes": workflow("Far", schedule("aB3", id_))}
        return [
            app(called("Remind", id_, step("cD4")), workflow("Watch", schedule("aB3", id_, to("bC4")), publishes),
                commands=[{"name": "c", "workflowId": id_}]),
            {"data": [resource]},
            listens,
        ]  # fmt: skip

    assert values_after(cache_of(*files("remind")), "remind", "nudge") == files("nudge")


def test_a_workflow_without_an_id_of_its_own_is_renamed_in_its_event() -> None:
    def file(id_: str) -> Any:
        definition = called("Remind", id_, step("cD4"))
        del definition["id"]
        return app(definition, workflow("Watch", schedule("aB3", id_)))

    assert values_after(cache_of(file("remind")), "remind", "nudge") == [file("nudge")]


def test_a_workflow_of_the_api_is_renamed_beside_and_inside_its_attributes() -> None:
    def file(id_: str) -> Any:
        return {"data": {"type": "workflow", "id": id_, "attributes": called("Remind", id_, step("cD4"))}}

    assert values_after(cache_of(file("remind")), "remind", "nudge") == [file("nudge")]


def test_a_hard_coded_id_of_a_workflow_is_listed_and_not_changed() -> None:
    id_ = "5f8e148232731d0015c14657"
    asks = step("bC4", params={"uri": f"https://x.y/v1/workflows/{id_}/call", "name": f"kustomer.workflow.{id_}.call"})
    definition = app(called("Remind", id_, step("cD4")), workflow("Watch", schedule("aB3", id_, to("bC4")), asks))
    change = renamed(cache_of(definition), id_, "nudge")
    params = "/workflows/1/steps/1/params"
    assert untouched(change) == [(f"{params}/uri", id_), (f"{params}/name", id_)]
    assert len(change.fix.edits) == 3


@pytest.mark.parametrize(
    ("new", "words"), [("other", 'by "Other" at 0.json:1:'), ("a b", "blank"), ("{{x}}", "template"), ("", "empty")]
)
def test_an_id_that_a_workflow_cannot_have_is_refused(new: str, words: str) -> None:
    analyses = cache_of(app(called("Remind", "remind", step("aB3")), called("Other", "other", step("aB3"))))
    with pytest.raises(RenameError, match=words):
        renamed(analyses, "remind", new)


def test_an_id_that_two_workflows_have_is_refused() -> None:
    analyses = cache_of(called("One", "remind", step("aB3")), called("Two", "remind", step("aB3")))
    with pytest.raises(RenameError, match=r"2 workflows have the id .*\(0.json:1:1, 1.json:1:1\)"):
        renamed(analyses, "remind", "nudge")


def test_an_input_is_renamed_with_what_passes_it_and_what_reads_it() -> None:
    def files(name: str) -> list[Any]:
        reads = step(
            "cD4", params={"at": f"/#steps.1.{name}.x", "body": f"{{{{steps.1.{name}}}}} {{{{steps.cD4.{name}}}}}"}
        )
        reads["params"]["body"] = reads["params"]["body"].replace(f"cD4.{name}", "cD4.day")
        return [
            called("Remind", "remind", reads, inputs={name: "string", "other": "string"}, required=("other", name)),
            workflow("Watch", schedule("aB3", "remind", inputs={"other": "day", name: "day"}),
                     schedule("bC4", "another", inputs={"day": 1})),
        ]  # fmt: skip

    assert values_after(cache_of(*files("day")), "day", "date") == files("date")
    taken = workflow("Watch", schedule("aB3", "remind", inputs={"day": 1, "x": 2}))
    with pytest.raises(RenameError, match='a call already passes an input "x"'):
        renamed(cache_of(files("day")[0], taken), "day", "x")
    with pytest.raises(RenameError, match='already has an input "other"'):
        renamed(cache_of(*files("day")), "day", "other")


def test_escapes_line_ends_and_everything_else_stay() -> None:
    data = (
        b'{"name": "Gr\\u00fc\\u00df",\r\n\t"trigger": {"eventName":"kustomer.note.create","transitions":'
        b'[ {"target" :"\\u0061B3"} ]},\r\n "steps":[{"id":"aB3", "params": '
        b'{"x": "\\ud83d\\ude00 \\"{{steps.aB3.x}}\\/"}}]}\r\n'
    )
    analyses = cache_of(data)
    (now,) = after(analyses, renamed(analyses, "aB3", "ü"))
    assert now == data.replace(b"\\u0061B3", b"\\u00fc").replace(b"aB3", b"\\u00fc")
    back = cache_of(now)
    assert after(back, renamed(back, "ü", "aB3")) == [data.replace(b"\\u0061B3", b"aB3")]


def test_an_id_that_is_spelt_with_escapes_elsewhere_is_found() -> None:
    calls = json.dumps(workflow("Watch", schedule("aB3", "remind"))).replace("remind", "r\\u0065mind").encode()
    analyses = cache_of(called("Remind", "remind", step("cD4")), calls)
    assert after(analyses, renamed(analyses, "remind", "nudge"))[1] == calls.replace(b"r\\u0065mind", b"nudge")


def test_what_a_request_passes_to_the_workflow_is_listed_and_not_changed() -> None:
    asks = step("bC4", params={"uri": "/v1/workflows/remind/call", "data": {"day": 1, "other": {"day": 2}}})
    other = step("cD4", params={"uri": "/v1/customers", "data": {"day": 1}})
    target = called("Remind", "remind", step("aB3"), inputs={"day": "number"})
    change = renamed(cache_of(target, workflow("Watch", asks, other)), "day", "date")
    data = "/steps/0/params/data"
    assert untouched(change) == [(f"{data}/day", '"day"'), (f"{data}/other/day", '"day"')]
    assert len(change.fix.edits) == 1


def test_an_id_that_another_begins_with_is_told_apart() -> None:
    def files(id_: str) -> list[Any]:
        return [called("One", id_, step("aB3")), called("Two", "remind.later", step("aB3"))]

    assert values_after(cache_of(*files("remind")), "remind", "nudge") == files("nudge")
