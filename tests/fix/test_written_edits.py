"""Fixes and renames of what modules build, in the text of the modules."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.check.checker import check
from kustui.definition.collection import Collection, Document, read_document
from kustui.fix.edits import Fix, by_source, edited
from kustui.fix.quick_fixes import fixes_and_reason
from kustui.fix.renames import RenameError, rename

FILES = {"ids.js": b"exports.NEXT = 'bB2';\n"}


def document_of(steps: str, before: str = "") -> Document:
    text = f"""{before}
module.exports = {{
  name: 'W', // people call it so
  trigger: {{ eventName: 'kustomer.message.create', transitions: [{{ target: 'aA1', condition: ALWAYS }}] }},
  steps: [{steps}],
}};
const ALWAYS = {{ op: 'true', values: [true] }};
"""
    return read_document("app.js", text.encode(), read=FILES.get)


def fixes(document: Document, rule: str) -> tuple[tuple[Fix, ...], str]:
    collection = Collection((document,))
    (problem,) = (problem for problem in check(collection)[1] if problem.rule == rule)
    return fixes_and_reason(problem, AnalysisCache(collection))


def texts_after(fix: Fix) -> Mapping[str, str]:
    return {source.path: edited(source, edits).decode() for source, edits in by_source(fix.edits).items()}


STEP = "{{ id: 'aA1', action: 'kustomer.x', {} transitions: [{{ target: {}, condition: ALWAYS }}] }}, " \
    "{{ id: 'bB3', action: 'kustomer.x', transitions: [] }}"  # fmt: skip


@pytest.mark.parametrize(
    ("before", "target", "path", "after"),
    [
        ("", "'bB2'", "app.js", "target: 'bB3',"),
        ("", '"bB2"', "app.js", 'target: "bB3",'),
        ("", "`bB2`", "app.js", "target: `bB3`,"),
        ("const next = 'bB2';", "next", "app.js", "const next = 'bB3';"),
        ("const { NEXT } = require('./ids');", "NEXT", "ids.js", "exports.NEXT = 'bB3';"),
    ],
)
def test_a_literal_is_changed_where_it_stands_in_its_quotes(before: str, target: str, path: str, after: str) -> None:
    (fix,), _ = fixes(document_of(STEP.format("", target), before), "unknown-target")
    (changed,) = texts_after(fix).items()
    assert changed[0] == path
    assert after in changed[1]
    assert changed[1].replace("bB3", "bB2", 1) != changed[1]


def test_what_is_computed_is_not_changed_and_the_reason_says_what_makes_it() -> None:
    made, reason = fixes(document_of(STEP.format("", "'b' + 'B2'")), "unknown-target")
    assert made == ()
    assert reason.startswith("no quick fix: not written as it is, but made by")
    assert "'b' + 'B2'" in reason or "'b'" in reason


def test_a_key_without_quotes_stays_without() -> None:
    (fix,), _ = fixes(document_of(STEP.format("parms: { a: 1 },", "'bB3'")), "unknown-key")
    assert "params: { a: 1 }," in texts_after(fix)["app.js"]


def test_a_part_of_a_text_is_changed_in_the_escapes_of_its_quotes() -> None:
    steps = STEP.format("", "'bB3'").replace("'bB3', action", "'bB3', params: { a: 'it\\'s {{steps.aA2.id}}' }, action")
    (fix, *_), _ = fixes(document_of(steps), "unknown-step-reference")
    assert "'it\\'s {{steps.aA1.id}}'" in texts_after(fix)["app.js"]


def test_the_name_of_an_event_is_written_in_its_quotes_and_comments_stay() -> None:
    text = """module.exports = {
  id: 'x', // its own
  name: 'W',
  trigger: { eventName: 'kustomer.workflow.y.call', callable: true, transitions: [] },
  steps: [],
};
"""
    made, _ = fixes(read_document("app.js", text.encode()), "event-name-mismatch")
    assert any(texts_after(fix)["app.js"] == text.replace("workflow.y", "workflow.x") for fix in made)


def test_what_is_added_is_written_as_its_neighbours_are() -> None:
    text = """module.exports = {
  name: 'W',
  // called by others
  trigger: { eventName: 'kustomer.workflow.call', callable: true, transitions: [] },
  steps: [],
};
"""
    (fix, *_), _ = fixes(read_document("app.js", text.encode()), "event-name-mismatch")
    id_ = re.search("[0-9a-f]{24}", texts_after(fix)["app.js"])
    assert id_
    assert texts_after(fix)["app.js"] == text.replace("  name", f"  id: '{id_[0]}',\n  name").replace(
        "workflow.call", f"workflow.{id_[0]}.call"
    )


@pytest.mark.parametrize("empty", ["[]", "[ ]", "[\n  ]"])
def test_an_empty_list_is_filled_between_its_brackets(empty: str) -> None:
    text = f"""module.exports = {{
  name: 'W',
  trigger: {{ eventName: 'kustomer.message.create', transitions: {empty} }},
  steps: [{{ id: 'a', action: 'kustomer.x', transitions: [] }}],
}};
"""
    (fix,), _ = fixes(read_document("app.js", text.encode()), "no-entry")
    after = texts_after(fix)["app.js"]
    assert "target: 'a'" in after
    (now,) = read_document("app.js", after.encode()).entries
    assert now.workflow.trigger is not None
    assert [edge.target for edge in now.workflow.trigger.transitions] == ["a"]


def test_a_rename_changes_a_constant_once_and_refuses_what_is_computed() -> None:
    document = document_of(
        STEP.format("params: { a: `${ID}: /#steps` },", "ID").replace("'bB3'", "ID"), "const ID = 'bB3';"
    )
    analyses = AnalysisCache(Collection((document,)))
    renamed = rename(analyses, document.entries[0], "/steps/1", "cC4")
    assert "const ID = 'cC4';" in texts_after(renamed.fix)["app.js"]
    assert len(renamed.fix.edits) == 1
    computed = document_of(STEP.format("", "ID").replace("'bB3'", "ID"), "const ID = 'b' + 'B3';")
    with pytest.raises(RenameError, match="not written as it is"):
        rename(AnalysisCache(Collection((computed,))), computed.entries[0], "/steps/1", "cC4")


def test_a_rename_to_an_id_that_is_taken_says_in_which_file_it_is() -> None:
    document = document_of(STEP.format("", "NEXT").replace("'bB3'", "NEXT"), "const { NEXT } = require('./ids');")
    with pytest.raises(RenameError, match=r"is taken, by the step at ids\.js:1:16"):
        rename(AnalysisCache(Collection((document,))), document.entries[0], "/steps/0", "bB2")
