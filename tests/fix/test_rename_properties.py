"""What holds whatever is renamed: everything means the same up to the name, and renaming back gives the same bytes."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kustui.analysis.evaluation import EvaluationContext
from kustui.definition.collection import Collection, read_document
from kustui.definition.source.positions import escape
from kustui.fix.edits import by_source, edited
from kustui.fix.renames import name_of, rename
from kustui.simulate.organisation import Organisation
from kustui.simulate.reports.json import paths_report
from kustui.simulate.scenarios.explore import explore_paths
from kustui.workspace.snapshot import Snapshot, check_snapshot
from tests.support.random_apps import ERROR_CASES, apps

if TYPE_CHECKING:
    from kustui.definition.collection import Entry

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

ENDS = ("Xq", "Zz9", "-_", "é", "$", "/", '"', "'", "]", "\U0001f600", "@")
"""What the new name ends with; it begins with the old one, so that lists of names stay in their order."""
MOST_PATHS = 12
SURROGATE = re.compile("[\ud800-\udfff]")


def checked(*contents: bytes) -> Snapshot:
    documents = tuple(read_document(f"{number}.json", data) for number, data in enumerate(contents))
    return check_snapshot(Snapshot(Collection(documents)))


def targets(snapshot: Snapshot) -> list[tuple[Entry, str]]:
    """Everything that can be renamed."""
    found = []
    for entry in snapshot.collection.entries:
        workflow = snapshot.analyses.of(entry).workflow
        found += [(entry, step.pointer) for step in workflow.steps]
        if entry.id is not None:
            found.append((entry, entry.item.pointer))
        if (inputs := snapshot.analyses.of(entry).inputs) is not None:
            properties = f"{workflow.pointer}/trigger/schema/properties"
            found += [(entry, f"{properties}/{escape(name)}") for name in inputs.properties]
    return found


def renamed(snapshot: Snapshot, entry: Entry, pointer: str, new: str) -> Snapshot:
    edits = by_source(rename(snapshot.analyses, entry, pointer, new).fix.edits)
    sources = [document.source for document in snapshot.collection.documents]
    return checked(*(edited(source, edits.get(source, ())) for source in sources))


def contents(snapshot: Snapshot) -> tuple[bytes, ...]:
    return tuple(document.source.data for document in snapshot.collection.documents)


def problems(snapshot: Snapshot, new: str = "", old: str = "") -> Counter[tuple[str, ...]]:
    """All that is reported, in words, with the old name in place of the new one."""
    reports = (
        (str(problem.severity), problem.rule, problem.step, problem.message, problem.hint,
         *(related.message for related in problem.related))
        for problem in snapshot.problems or ()
    )  # fmt: skip
    return Counter(tuple(part.replace(new, old) if new else part for part in report) for report in reports)


def rules(snapshot: Snapshot, new: str = "", old: str = "") -> Counter[tuple[str, str]]:
    """What is reported, without the words, with the old name in place of the new one."""
    return Counter(
        (problem.rule, problem.pointer.replace(escape(new), escape(old)) if new else problem.pointer)
        for problem in snapshot.problems or ()
    )


def paths(snapshot: Snapshot) -> str:
    """Every path through every workflow, with what it needs. Random ids are all the same: those of a step that has
    another name are others."""
    organisation = Organisation(snapshot.analyses, snapshot.by_entry)
    explorations = (
        explore_paths(organisation.analysis(entry.key), MOST_PATHS, organisation)
        for entry in snapshot.collection.entries
    )
    with mock.patch.object(EvaluationContext, "random_id", lambda _self, size, place: size * "r"):
        return "".join(paths_report(organisation, explorations))


def printed(definition: object, indent: int | None, escape: bool, ends: str) -> bytes:
    """A definition as text; what cannot be written otherwise is escaped."""
    texts = (json.dumps(definition, indent=indent, ensure_ascii=ascii_only) for ascii_only in (escape, True))
    text = next(text for text in texts if not SURROGATE.search(text))
    return text.replace("\n", ends).encode()


@st.composite
def organisations(draw: st.DrawFn) -> tuple[bytes, ...]:
    """Two files, of which the second calls what the first declares."""
    first, second = draw(apps(ERROR_CASES)), draw(apps(ERROR_CASES))
    second["app"], second["workflows"] = "other", second["workflows"][:1]
    look = draw(st.sampled_from([None, 1, 2])), draw(st.booleans()), draw(st.sampled_from(["\n", "\r\n"]))
    return tuple(printed(definition, *look) for definition in (first, second))


@SLOW
@given(organisations(), st.data())
def test_after_a_rename_everything_is_the_same_up_to_the_name(files: tuple[bytes, ...], data: st.DataObject) -> None:
    snapshot = checked(*files)
    entry, pointer = data.draw(st.sampled_from(targets(snapshot)))
    old = name_of(snapshot.analyses.of(entry), pointer)
    end = data.draw(st.sampled_from(ENDS))
    new = f"{old}{end}"
    after = renamed(snapshot, entry, pointer, new)
    assert rules(after, new, old) == rules(snapshot)
    if end.isalnum() and end.isascii():  # any other is spelt in several ways
        assert problems(after, new, old) == problems(snapshot)
        assert paths(after).replace(new, old) == paths(snapshot)


@SLOW
@given(organisations(), st.data())
def test_renaming_back_gives_the_same_bytes(files: tuple[bytes, ...], data: st.DataObject) -> None:
    snapshot = checked(*files)
    number, (entry, pointer) = data.draw(st.sampled_from([*enumerate(targets(snapshot))]))
    old = name_of(snapshot.analyses.of(entry), pointer)
    after = renamed(snapshot, entry, pointer, f"{old}{data.draw(st.sampled_from(ENDS))}")
    assert contents(after) != files
    assert contents(renamed(after, *targets(after)[number], old)) == files
