"""What is told of two snapshots, in the words in which it is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kustui.check.problems import fixed_and_new
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity
from kustui.workspace.difference import Difference, difference
from kustui.workspace.snapshot import CheckOptions, Snapshot, Workspace, check_snapshot
from kustui.workspace.step_renames import renamed_steps
from tests.benchmarks.growth import counted
from tests.support.definitions import a_workflow
from tests.support.flows import step, workflow
from tests.support.trees import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

Files = dict[str, Any]


@pytest.fixture
def between(tmp_path: Path) -> Any:
    """The difference between two states of a folder."""

    def found(before: Files, after: Files, keep: bool = True) -> Difference:
        workspace = Workspace([str(tmp_path)], keep=keep)
        put(tmp_path, before)
        workspace.open()
        first = workspace.refresh()
        put(tmp_path, after)
        return difference(first, workspace.refresh([str(tmp_path / name) for name in after]))

    return found


def put(folder: Path, files: Files) -> None:
    for path in folder.iterdir():
        path.unlink()
    for name, value in files.items():
        text = value if isinstance(value, str) else json.dumps(value, indent=2)
        (folder / name).write_text(text)


def one(*steps: Any, first: str = "a", **members: Any) -> dict[str, Any]:
    return workflow(first, *steps, **members)


TWO = one(step("a", "b"), step("b"))


@pytest.mark.parametrize(
    ("before", "after", "summary"),
    [
        pytest.param([TWO], [TWO, a_workflow("new")], "1 workflow added", id="a workflow more"),
        pytest.param([TWO, a_workflow("old")], [TWO], "1 workflow removed", id="a workflow less"),
        pytest.param([TWO, a_workflow("x")], [a_workflow("x"), TWO], "no workflow changed", id="in another order"),
        pytest.param([TWO], [one(step("a", "b", params={"x": 1}), step("b"))], "1 step changed", id="a step"),
        pytest.param(
            [TWO], [{**TWO, "trigger": {**TWO["trigger"], "meta": {}}}], "1 trigger changed", id="its trigger"
        ),
        pytest.param([TWO], [one(step("a"))], "1 step changed, 1 step removed", id="a step less"),
        pytest.param(
            [TWO], [one(step("a", "b"), step("b", "c"), step("c"))], "1 step changed, 1 step added", id="a step more"
        ),
        pytest.param([TWO], [one(step("a", "c"), step("c"))], "1 step changed, 1 step renamed", id="a step's id"),
        pytest.param(
            [one(step("a", "b"), step("b", params={"x": "what b-b says of b"}))],
            [one(step("a", "c"), step("c", params={"x": "what b-b says of c"}))],
            "1 step changed, 1 step renamed",
            id="the id of a step that names itself",
        ),
        pytest.param(
            [one(step("a", "b"), step("b", "c"), step("c"))],
            [one(step("a", "x"), step("x", "y"), step("y"))],
            "1 step changed, 2 steps renamed",
            id="the ids of steps that lead to one another",
        ),
        pytest.param(
            [one(*(step(f"a{at}", f"a{at + 1}" * (at < 59)) for at in range(60)), first="a0")],
            [one(*(step(f"b{at}", f"b{at + 1}" * (at < 59)) for at in range(60)), first="b0")],
            "60 steps renamed, 1 trigger changed",
            id="the ids of many steps of which each leads to the next",
        ),
        pytest.param(
            [one(step("a", "b c"), step("b", "d"), step("c", "d"), step("d"))],
            [one(step("a", "x y"), step("x", "z"), step("y", "z"), step("z"))],
            "1 step changed, 3 steps renamed",
            id="the ids of steps that are alike but for their place",
        ),
        pytest.param(
            [one(step("a", "b"), step("b", "c", params={"x": "/#steps.a.y"}), step("c"), first="a c")],
            [one(step("b", "a"), step("a", "c", params={"x": "/#steps.b.y"}), step("c"), first="b c")],
            "2 steps renamed, 1 trigger changed",
            id="two ids that were exchanged",
        ),
        pytest.param(
            [one(step("a", "b"), step("b", "c", params={"x": 1}), step("c", params={"x": 2}))],
            [one(step("b", "c"), step("c", "d", params={"x": 1}), step("d", params={"x": 2}), first="b")],
            "3 steps renamed, 1 trigger changed",
            id="ids that others took over",
        ),
        pytest.param(
            [one(step("a", "b"), step("b", params={"x": "/#steps.a.y"}))],
            [one(step("c", "d"), step("d", params={"x": "/#steps.c.y"}), first="c")],
            "2 steps renamed, 1 trigger changed",
            id="new ids of steps that lead to each other",
        ),
        pytest.param(
            [one(step("a", "b", params={"x": 1}), step("b", params={"x": 2}))],
            [one(step("a", "b", params={"x": 2}), step("b", params={"x": 1}))],
            "2 steps changed",
            id="params that were exchanged",
        ),
        pytest.param(
            [one(step("a", meta={"displayName": "Tell them"}))],
            [one(step("b", params={"x": 1}, meta={"displayName": "Tell them"}))],
            "1 step renamed · 1 new problem",
            id="the id of a step that is also changed, by its name",
        ),
        pytest.param(
            [one(*(step(f"a{at}", f"a{at + 1}" * (at < 3), params={"x": at}) for at in range(4)), first="a0")],
            [one(*(step(f"b{at}", f"b{at + 1}" * (at < 3), params={"x": at or 9}) for at in range(4)), first="b0")],
            "4 steps renamed, 1 trigger changed",
            id="all ids, and the first step",
        ),
        pytest.param(
            [one(*(step(f"a{at}", f"a{at + 1}" * (at < 3), params={"x": 0}) for at in range(4)), first="a0")],
            [one(*(step(f"b{at}", f"b{at + 1}" * (at < 3), params={"x": at // 3}) for at in range(4)), first="b0")],
            "4 steps renamed, 1 trigger changed",
            id="all ids of steps that are alike, and the last step",
        ),
        pytest.param(
            [one(step("a", "b"), step("b", action="kustomer.note.create"), first="a")],
            [one(step("c", "d"), step("d", action="kustomer.note.delete"), first="c")],
            "1 step renamed, 1 step removed, 1 step added, 1 trigger changed",
            id="all ids, and what a step does",
        ),
        pytest.param([TWO], [{**TWO, "description": "x"}], "1 workflow changed", id="its description"),
        pytest.param([TWO], [one(step("b"), step("a", "b"))], "1 workflow changed", id="the order of its steps"),
        pytest.param([TWO], [{**TWO, "name": "other"}], "1 workflow changed", id="its name, by its id"),
        pytest.param([TWO], [{**TWO, "id": "x"}], "1 workflow changed", id="its id, by its name"),
        pytest.param(
            [TWO], [{**TWO, "id": "x", "name": "y"}], "1 workflow renamed, 1 workflow changed", id="both, by the rest"
        ),
    ],
)
def test_one_file(between: Any, before: Any, after: Any, summary: str) -> None:
    assert between({"a.json": before}, {"a.json": after}).summary == summary


def test_steps_with_other_ids_are_found_in_proportion_to_their_number() -> None:
    def steps(prefix: str, count: int) -> dict[str, Any]:
        return {f"{prefix}{at}": step(f"{prefix}{at}", f"{prefix}{at + 1}", params={"x": at}) for at in range(count)}

    def work(count: int) -> int:
        return counted(lambda: renamed_steps(steps("a", count), steps("b", count)))

    assert work(100) < 5 * work(25)


def test_a_file_laid_out_anew_is_the_same(between: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kustui.workspace.difference.workflow_value", None)  # nothing is decoded for it
    assert between({"a.json": [TWO]}, {"a.json": json.dumps([TWO])}).summary == "no workflow changed"


def test_true_is_not_one(between: Any) -> None:
    ones = [one(step("a", params={"x": 1}))], [one(step("a", params={"x": True}))]
    assert between({"a.json": ones[0]}, {"a.json": ones[1]}).summary == "1 step changed"


def test_a_number_of_very_many_digits_hides_nothing(between: Any) -> None:
    before, after = (json.dumps([one(step("a", params={"x": text, "y": "?"}))]) for text in ("old", "new"))
    digits = "9" * 5000
    files = ({"a.json": text.replace('"?"', digits)} for text in (before, after))
    assert between(*files).summary == "1 step changed"


def test_files_that_come_go_and_are_moved(between: Any) -> None:
    found = between({"a.json": TWO, "b.json": a_workflow("b")}, {"b.json": a_workflow("b"), "c.json": TWO})
    assert found.summary == "1 file removed, 1 file added, 1 workflow moved"
    (key,) = found.workflows
    assert key.endswith("a.json#w")
    assert found.workflows[key].key.endswith("c.json#w")


def test_a_workflow_that_was_copied_elsewhere_before_it_was_removed_is_the_copy(between: Any) -> None:
    other = {"name": "other", "steps": [step("a")]}
    found = between({"a.json": [TWO, other], "b.json": [TWO]}, {"a.json": [other], "b.json": [TWO]})
    assert found.summary.startswith("1 workflow removed")
    (moved,) = found.workflows.values()
    assert moved.key.endswith("b.json#w")


def test_an_app_beside_its_workflows(between: Any) -> None:
    before = {"app": "x", "version": "1.0.0", "title": "X", "workflows": [TWO]}
    found = between({"a.json": before}, {"a.json": {**before, "version": "1.0.1"}})
    assert found.summary == "1 app changed"
    (change,) = found.changes
    assert '"version": "1.0.0"' in change.before
    assert '"version": "1.0.1"' in change.after


def test_problems_that_are_fixed_and_new(between: Any) -> None:
    broken = one(step("a", "gone"), step("b"), first="a b")
    other = one(step("a"), step("b", params={"x": "/#steps.gone.y"}), first="a b")
    found = between({"a.json": [broken]}, {"a.json": [other]})
    assert found.summary == "2 steps changed · 1 problem fixed, 1 new"
    assert [problem.rule for problem in found.fixed] == ["unknown-target"]
    assert [problem.rule for problem in found.new] == ["unknown-step-reference"]


@pytest.mark.parametrize("old", [{"displayName": "Old"}, {}])
def test_a_problem_that_names_what_was_renamed_is_none(between: Any, old: dict[str, str]) -> None:
    early = step("a", "b", params={"x": "/#steps.b.y"})
    before = one(early, step("b", meta=old), first="a")
    after = one(early, step("b", meta={"displayName": "New"}), first="a")
    found = between({"a.json": [before]}, {"a.json": [{**after, "name": "renamed", "id": "w"}]})
    assert [problem.message for problem in (*found.fixed, *found.new)] == []


def ring(*names: str) -> list[dict[str, Any]]:
    """Workflows that schedule each other in a ring."""
    return [
        a_workflow(
            name,
            trigger={
                "id": "1",
                "eventName": f"kustomer.workflow.id-of-{name}.call",
                "callable": True,
                "transitions": [{"target": "s", "condition": {"op": "true", "values": [True]}}],
            },
            steps=[schedule("s", following)],
        )
        for name, following in zip(names, (*names[1:], names[0]), strict=True)
    ]


def schedule(id_: str, name: str) -> dict[str, Any]:
    params = {"workflowId": f"id-of-{name}", "runAt": {"type": "relative", "value": 60}, "inputs": {}}
    return {"id": id_, "action": "kustomer.app.scheduler.schedule-workflow", "params": params, "transitions": []}


def test_a_problem_that_says_otherwise_what_is_elsewhere_is_the_same(between: Any) -> None:
    old, new = ring("a", "b"), ring("a", "b", "c")
    found = between({"a.json": old}, {"a.json": new})
    assert [(problem.rule, problem.workflow_name) for problem in (*found.fixed, *found.new)] == [
        ("never-scheduled", "c")
    ]  # and not the ring, which has another member


def test_a_problem_with_another_number_is_the_same_and_one_with_another_name_is_new(between: Any) -> None:
    def following(*values: Any, target: str = "gone") -> dict[str, Any]:
        transition = {"target": target, "condition": {"op": "exists", "values": values}}
        return one({**step("a"), "transitions": [transition]}, first="a")

    found = between({"a.json": [following("x", 1, 2)]}, {"a.json": [following("x", 1, 2, 3)]})
    assert [problem.rule for problem in (*found.fixed, *found.new)] == []
    found = between({"a.json": [following("x")]}, {"a.json": [following("x", target="lost")]})
    assert [problem.rule for problem in (*found.fixed, *found.new)] == ["unknown-target", "unknown-target"]


def test_a_problem_that_is_more_severe_at_the_same_place_is_new(tmp_path: Path) -> None:
    put(tmp_path, {"a.json": [one(step("a", "gone"), first="a")]})
    snapshots = [
        check_snapshot(
            Workspace([str(tmp_path)]).open(), CheckOptions(Settings(severities={"unknown-target": severity}))
        )
        for severity in (Severity.WARNING, Severity.ERROR)
    ]
    old, new = ([problem._replace(message=f"{n}") for problem in s.problems or ()] for n, s in enumerate(snapshots))
    fixed, came = fixed_and_new(old, new)
    assert (len(fixed), len(came)) == (1, 1)
    assert fixed_and_new(new, old) == ((), ())


def test_a_problem_that_only_moved_is_none(between: Any) -> None:
    broken = one(step("a", "gone"))
    found = between({"a.json": [broken]}, {"a.json": [a_workflow("first"), broken]})
    assert found.summary == "1 workflow added"


def test_information_that_quotes_a_condition_that_changed_is_not_new(between: Any) -> None:
    before = (SAMPLES / "orders.json").read_text()
    after = before.replace('"out_for_delivery"', '"in_van"', 1)
    found = between({"a.json": before}, {"a.json": after})
    assert found.summary == "1 step changed"
    gone = between({"a.json": before}, {"a.json": before.replace('"workflowId": "618d2b7a', '"workflowId": "0000')})
    assert "schedule-ring" in [problem.rule for problem in gone.fixed]


def test_a_file_that_cannot_be_read_and_can_be_again(between: Any, tmp_path: Path) -> None:
    found = between({"a.json": [TWO]}, {"a.json": "[{"})
    assert found.summary == "a.json cannot be read · 1 new problem"
    workspace = Workspace([str(tmp_path)], keep=True)
    put(tmp_path, {"a.json": [TWO], "b.json": TWO})
    workspace.open()
    workspace.refresh()
    put(tmp_path, {"a.json": "", "b.json": ""})
    worse = workspace.refresh()
    put(tmp_path, {"a.json": [TWO], "b.json": TWO})
    assert difference(worse, workspace.refresh()).summary.startswith("a.json can be read again")


def test_of_very_many_workflows_only_their_number_is_told(between: Any) -> None:
    before = [one(step("a", params={"x": number}), id=str(number), name=str(number)) for number in range(60)]
    after = [one(step("a", params={"y": number}), id=str(number), name=str(number)) for number in range(60)]
    assert between({"a.json": before}, {"a.json": after}).summary == "60 workflows changed"


@pytest.mark.parametrize(
    "value", ['{"trigger": 1, "steps": 2}', '[{"steps": [1, {"id": 3}]}]', '{"workflows": [{"steps": {}}]}', '"x"']
)
def test_whatever_the_shape_nothing_is_raised(between: Any, value: str) -> None:
    between({"a.json": value}, {"a.json": [TWO]})
    between({"a.json": [TWO]}, {"a.json": value})


def test_nothing_differs_from_itself() -> None:
    assert difference(check_snapshot(Snapshot()), Snapshot()).summary == "no workflow changed"
