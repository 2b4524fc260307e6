from __future__ import annotations

import pytest
from hypothesis import given

from kustui.definition.expressions import Literal, Reference, parse
from tests.support.strategies import PATHS


@pytest.mark.parametrize(
    ("text", "root", "step", "fields"),
    [
        ("/#steps.1.tags", "steps", "1", ("tags",)),
        ("/#steps.egu-awuO4.body.0.id", "steps", "egu-awuO4", ("body", "0", "id")),
        ("/#steps.o-FSRNTfu", "steps", "o-FSRNTfu", ()),
        ("/#steps.Z4L.custom.@effotim2TimerBool", "steps", "Z4L", ("custom", "@effotim2TimerBool")),
        ("/#variables.v_1", "variables", None, ()),
        ("/#error", "error", None, ()),
        ("/#error.message", "error", None, ("message",)),
    ],
)
def test_a_reference_says_what_it_reads(text: str, root: str, step: str | None, fields: tuple[str, ...]) -> None:
    read = parse(text)
    assert isinstance(read, Reference)
    assert not read.faults
    assert read.path
    assert (read.path.root, read.path.step, read.path.fields) == (root, step, fields)


def test_the_step_id_can_be_pointed_at_alone() -> None:
    (path,) = parse("/#steps.egu-awuO4.id").paths
    assert path.step_span == (8, 17)
    assert ["/#steps.egu-awuO4.id"[a:b] for a, b in path.spans] == ["steps", "egu-awuO4", "id"]


@pytest.mark.parametrize(
    ("text", "message", "hint", "at"),
    [
        ("/#", "nothing follows the /#", "write /#steps.", "/#"),
        ("/#/steps.1", "a slash follows the /#", "remove the slash", "/"),
        ("/#step.1", 'a path cannot begin with "step"', 'did you mean "steps"?', "step"),
        ("/#Steps.1", 'a path cannot begin with "Steps"', 'did you mean "steps"?', "Steps"),
        ("/#query", 'a path cannot begin with "query"', "a path begins with steps,", "query"),
        ("/#steps", "the path names no step", "write steps.<step id>", "steps"),
        ("/#variables", "the path names no variable", "write variables.<", "variables"),
        ("/#steps..a", "a name is missing between two dots", "remove one", ".."),
        ("/#steps.", "a name is missing after the last dot", "", "."),
        ("/#.steps", "a name is missing before the first dot", "", "."),
        ("/# steps.1.id", "a path cannot hold a blank", "remove the blank", " "),
        ("/#steps.1.id ", "a path cannot hold a blank", "remove the blank", " "),
        ("/#steps.1.id shipped", "text follows the reference", "template: {{{steps.1.id}}} …", " shipped"),
        ("/#steps.1.a/#steps.1.b", "a second reference begins", "join values", "/#"),
        ("/#parseInt,steps.1.n", "neither a path nor a function", "/#fn:name,path", "/#parseInt,steps.1.n"),
    ],
)
def test_a_malformed_reference_says_what_is_wrong_and_where(text: str, message: str, hint: str, at: str) -> None:
    read = parse(text)
    assert isinstance(read, Reference)
    assert not read.paths
    (fault,) = read.faults
    assert message in fault.message
    assert fault.hint.startswith(hint) or hint in fault.hint
    assert text[fault.start : fault.end] == at


@pytest.mark.parametrize(
    ("text", "embedded"),
    [
        ("Order /#steps.1.id", ["/#steps.1.id"]),
        ("Order /#steps.1.id.", ["/#steps.1.id"]),
        ("(/#variables.x), /#error!", ["/#variables.x", "/#error"]),
        (" /#steps.o-FSRNTfu.custom.@x", ["/#steps.o-FSRNTfu.custom.@x"]),
        ("n=/#fn:parseInt,steps.1.n now", ["/#fn:parseInt,steps.1.n"]),
        ("see /#steps.", ["/#steps."]),
        ("https://x.y/#section", []),
        ("https://x.y/#fn:1", []),
        ("https://x.y/#error", []),
        ("an /#errors page, /#stepsmother", []),
        ("#steps.1.id", []),
    ],
)
def test_a_reference_inside_text_is_found_and_an_address_is_none(text: str, embedded: list[str]) -> None:
    read = parse(text)
    assert isinstance(read, Literal)
    assert not read.paths
    assert [each.text for each in read.embedded] == embedded
    assert [text[each.start : each.end] for each in read.embedded] == embedded


@given(PATHS)
def test_any_path_that_is_written_is_read_back(segments: tuple[str, ...]) -> None:
    read = parse("/#" + ".".join(segments))
    assert read.faults == ()
    assert [path.segments for path in read.paths] == [segments]
