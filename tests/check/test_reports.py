"""What each format says of a problem, whatever the definition holds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from kustui.check.checker import check
from kustui.check.problems import Problem, Related
from kustui.check.reports import FORMATS, CheckResult, report_of, repository_folder
from kustui.check.reports.text import ROOM, difference, excerpt, summary
from kustui.config.severity import Severity
from kustui.definition.collection import Collection, Document, read_document
from kustui.definition.folders import is_definition
from kustui.definition.source.source import Extent, Source
from kustui.text.cells import cells

VALIDATOR = jsonschema.Draft202012Validator(json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_bytes()))
"""As in the npm package @microsoft/sarif-multitool-linux 5.7.0 (MIT)."""

ALWAYS = {"op": "true", "values": [True]}
HOSTILE = "a\x1b]0;evil\x07\x9b31m\u202e\ud800,:%\r\n&<\"']]>\ufffe\U000e0041é漢"


def definition(target: str = "cD4", name: str = "Greet") -> dict[str, Any]:
    return {
        "name": name,
        "trigger": {
            "id": "1",
            "eventName": "kustomer.conversation.create",
            "transitions": [{"target": "aB3", "condition": ALWAYS}],
        },
        "steps": [
            {
                "id": "aB3",
                "action": "kustomer.note.create",
                "transitions": [{"target": target, "condition": ALWAYS}],
            },
            {"id": "cD4", "action": "kustomer.note.create", "transitions": []},
        ],
    }


def checked(*files: tuple[str, Any], fail_on: Severity | None = Severity.ERROR) -> CheckResult:
    """What is found in files: a name each, and text, bytes or a JSON value."""
    documents = []
    for path, content in files:
        text = content if isinstance(content, str | bytes) else json.dumps(content, indent=2)
        documents.append(read_document(path, text if isinstance(text, bytes) else text.encode()))
    collection = Collection(tuple(documents))
    found = check(collection)
    return CheckResult(collection, found[1], fail_on)


def made(path: str = "a.json", text: str = '{"b": 1}\n', **parts: Any) -> CheckResult:
    """A problem made by hand."""
    found = read_document(path, text.encode())
    parts = {"message": "wrong", "extent": Extent(1, 4), **parts}
    return CheckResult(Collection((found,)), (Problem("loop", Severity.ERROR, document=found, **parts),))


def told(format_: str, outcome: CheckResult, *, colour: bool = False) -> str:
    return "".join(report_of(format_)(outcome, colour=colour))


# Text


def test_text_shows_the_place_the_message_the_hint_and_the_source_line() -> None:
    assert told("text", checked(("flows/greet.json", definition("cD5")))) == (
        'flows/greet.json:24:21: error: the transition leads to the unknown step "cD5" [unknown-target] [*]\n'
        '  hint: did you mean "cD4"?\n'
        "   |\n"
        '24 |           "target": "cD5",\n'
        "   |                     ^~~~~\n"
        "1 error in 1 file; [*] 1 can be fixed with --fix\n"
    )


def test_text_tells_related_places_behind_the_problem() -> None:
    text = told("text", checked(("a.json", '{"workflows": [],\n "workflows": []}')))
    assert re.search(r"^a\.json:2:2: error: .* \[duplicate-key\] \[\*\]$", text, re.MULTILINE)
    assert "\na.json:1:2: note: first given here\n" in text


def test_text_without_problems_is_one_line() -> None:
    assert told("text", checked(("a.json", definition()), ("b.json", definition(name="Other")))) == (
        "no problems in 2 files\n"
    )


@pytest.mark.parametrize(
    ("severities", "words"),
    [
        ([Severity.ERROR], "1 error in 1 of 2 files"),
        ([Severity.WARNING, Severity.ERROR, Severity.ERROR], "2 errors, 1 warning in 1 of 2 files"),
        ([Severity.INFO] * 3, "3 info in 1 of 2 files"),
        ([Severity.ERROR] * 1234, "1,234 errors in 1 of 2 files"),
    ],
)
def test_the_summary_counts_by_severity_and_file(severities: list[Severity], words: str) -> None:
    outcome = checked(("a.json", definition()), ("b.json", definition()), ("c.json", {"no": "workflow"}))
    concerned = outcome.collection.documents[0]
    problems = tuple(Problem("loop", severity, "wrong", concerned) for severity in severities)
    assert summary(CheckResult(outcome.collection, problems)) == words


def alike(number: int, **parts: Any) -> CheckResult:
    """So many problems of the step aB3 that only their messages tell apart."""
    outcome = checked(("a.json", definition()))
    (document,), (entry,) = outcome.documents, outcome.collection.entries
    parts = {"document": document, "extent": Extent(1, 4), "entry": entry, "step": "aB3", **parts}
    of_step = (Problem("loop", Severity.ERROR, f"wrong {index}", **parts) for index in range(number))
    return replace(outcome, problems=(*of_step, Problem("loop", Severity.ERROR, "wrong elsewhere", document)))


def messages(text: str) -> list[str]:
    return re.findall(r"(?<=wrong )\w+|… .+", text)


def test_text_lists_the_first_of_many_problems_of_a_kind_in_a_step_and_counts_the_others() -> None:
    outcome = alike(1_000)
    first = map(str, range(10))
    assert messages(told("text", outcome)) == [*first, "… 990 more like this (--full lists all)", "elsewhere"]
    assert told("text", outcome).endswith("\n1,001 errors in 1 file\n")
    assert len(messages(told("text", replace(outcome, full=True)))) == 1_001


def test_text_lists_all_problems_where_a_single_one_would_be_left_out() -> None:
    assert len(messages(told("text", alike(11)))) == 12
    assert len(messages(told("text", alike(12)))) == 12  # the last two in one line


@pytest.mark.parametrize("parts", [{"step": ""}, {"entry": None}], ids=["in no step", "in no workflow"])
def test_text_lists_all_problems_that_are_in_no_step(parts: dict[str, Any]) -> None:
    assert len(messages(told("text", alike(100, **parts)))) == 101


@pytest.mark.parametrize("format_", [format_ for format_ in FORMATS if format_ != "text"])
def test_formats_for_programs_list_all_problems(format_: str) -> None:
    assert len(set(re.findall(r"wrong \w+", told(format_, alike(100))))) == 101


def test_colour_only_when_it_is_asked_for() -> None:
    outcome = checked(("a.json", definition("cD5")))
    plain, coloured = told("text", outcome), told("text", outcome, colour=True)
    assert "\x1b" not in plain
    assert "\x1b[1;31merror\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_the_difference_is_what_is_gone_and_what_is_new_wherever_it_moved() -> None:
    before = checked(("a.json", definition("cD5")), ("b.json", definition("cD7", "Other")))
    after = checked(("a.json", definition("cD6")), ("b.json", "\n\n" + json.dumps(definition("cD7", "Other"))))
    lines = "".join(difference(before.problems, after)).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith('- a.json:24:21: error: the transition leads to the unknown step "cD5"')
    assert lines[1].startswith('+ a.json:24:21: error: the transition leads to the unknown step "cD6"')
    assert lines[2] == "2 errors in 2 files"


# The source line


def test_the_mark_stands_below_wide_and_combining_characters_and_tabs() -> None:
    line = '\t"漢字 e\u0301": "here"'
    start = line.encode().index(b'"here"')
    found = excerpt(Source("a", line.encode()), Extent(start, start + 6))
    assert found is not None
    assert found.line == '    "漢字 e\u0301": "here"'
    assert (cells(found.before), found.marked) == (4 + len('"xxxx e": '), '"here"')


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_mark_ends_where_the_line_ends(ending: str) -> None:
    text = ending.join(['{"a": {', '"b": 1}', "}"])
    found = excerpt(Source("a", text.encode()), Extent(6, len(text)))
    assert found is not None
    assert (found.before, found.marked, found.after) == ('{"a": ', "{", "")


def test_a_tab_can_be_what_is_marked() -> None:
    found = excerpt(Source("a", b'"a\tb"'), Extent(2, 3))
    assert found is not None
    assert (found.before, found.marked, found.after) == ('"a', "    ", 'b"')


def test_a_line_of_megabytes_is_cut_around_the_place() -> None:
    text = '{"a": [' + "1, " * 1_000_000 + '"here", ' + "2, " * 1_000_000 + "3]}"
    start = text.index('"here"')
    found = excerpt(Source("a", text.encode()), Extent(start, start + 6))
    assert found is not None
    assert cells(found.line) <= ROOM
    assert found.line.startswith("…1")
    assert found.line.endswith("…")
    assert found.marked == '"here"'


def test_there_is_no_source_line_where_that_is_blank() -> None:
    assert excerpt(Source("a", b""), Extent(0, 0)) is None
    assert excerpt(Source("a", b"{}\n  \n"), Extent(3, 3)) is None


@given(
    st.text(st.sampled_from('ab "漢\u0301😀\t\r\n\x1b\u202e'), max_size=300),
    st.integers(0, 600),
    st.integers(0, 600),
)
@example("漢" * 100, 150, 153)
@example("a" * 200, 200, 200)
@example("\u0301", 0, 1)
@example("a \n", 1, 2)
def test_the_mark_is_within_the_line_and_the_line_within_its_room(text: str, start: int, size: int) -> None:
    data = text.encode()
    start = len(data[: min(start, len(data))].decode(errors="ignore").encode())
    end = len(data[: min(start + size, len(data))].decode(errors="ignore").encode())
    found = excerpt(Source("a", data), Extent(start, max(start, end)))
    if found is not None:
        assert cells(found.line) <= ROOM
        assert found.marked or start == len(data) or end <= start or data[start : start + 1] in b"\r\n"
        assert found.line.isprintable()


# Every format


@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_that_a_terminal_would_obey_comes_out(format_: str) -> None:
    outcome = checked((f"fol\x1bder/{HOSTILE}.json", definition(HOSTILE, HOSTILE)))
    assert len(outcome.problems) >= 1
    text = told(format_, outcome)
    assert set(re.findall(r"[^\x20-\x7e]", text)) <= set("\né漢…→↵\ufffd")
    text.encode()  # no half of a surrogate pair


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_problems_are_told_the_same_way(format_: str) -> None:
    files = [(f"{name}.json", definition(name, name)) for name in ("x", "y", "z")]
    assert told(format_, checked(*files)) == told(format_, checked(*files))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_that_could_not_be_read_is_told(format_: str, tmp_path: Path) -> None:
    from kustui.definition.source.outline import Shape
    from kustui.definition.source.source import Fault

    fault = Fault("unreadable-file", "permission denied", extent=Extent(0, 0))
    closed = Document(Source("closed.json", b""), Shape.BROKEN, faults=(fault,))
    collection = Collection((closed,))
    found = check(collection)
    text = told(format_, CheckResult(collection, found[1]))
    assert "permission denied" in text
    assert "unreadable-file" in text


# JSON


def test_json_is_a_list_with_every_field_of_each_problem() -> None:
    assert json.loads(told("json", checked(("a.json", definition("cD5"))))) == [
        {
            "rule": "unknown-target",
            "severity": "error",
            "message": 'the transition leads to the unknown step "cD5"',
            "hint": 'did you mean "cD4"?',
            "file": "a.json",
            "line": 24,
            "column": 21,
            "end_line": 24,
            "end_column": 26,
            "pointer": "/steps/0/transitions/0/target",
            "workflow": "Greet",
            "step": "aB3",
            "related": [],
            "fixes": [],
        }
    ]


def test_json_tells_related_places() -> None:
    (problem,) = json.loads(told("json", checked(("a.json", '{"workflows": [],\n "workflows": []}'))))
    assert problem["related"] == [{"message": "first given here", "file": "a.json", "line": 1, "column": 2}]


def test_json_without_problems_is_an_empty_list() -> None:
    assert told("json", checked(("a.json", definition()))) == "[]\n"
    assert told("jsonl", checked(("a.json", definition()))) == ""


def test_jsonl_is_the_same_a_line_each() -> None:
    outcome = checked(("a.json", definition("cD5")), ("b.json", definition("cD6", "Other")))
    lines = told("jsonl", outcome).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(told("json", outcome))


def test_json_gives_text_back_as_it_was() -> None:
    (problem, *_) = json.loads(told("json", made(message=HOSTILE)))
    assert problem["message"] == HOSTILE


def test_columns_count_characters() -> None:
    text = json.dumps(definition("cD5", "漢😀"), ensure_ascii=False)
    (problem,) = json.loads(told("json", checked(("a.json", text))))
    assert text[problem["column"] - 1 : problem["end_column"] - 1] == '"cD5"'


# SARIF


def sarif(outcome: CheckResult) -> Any:
    log = json.loads(told("sarif", outcome))
    VALIDATOR.validate(log)
    return log["runs"][0]


def test_sarif_of_every_broken_sample_is_valid() -> None:
    broken = Path(__file__).parents[2] / "samples" / "broken"
    samples = sorted(path for path in broken.iterdir() if is_definition(path.name))
    run = sarif(checked(*((str(path), path.read_bytes()) for path in samples)))
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    assert len(rules) > 20
    assert all(rule["help"]["text"] and rule["help"]["markdown"] for rule in rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_without_problems_is_valid() -> None:
    assert sarif(checked(("a.json", definition())))["results"] == []


def test_sarif_of_hostile_text_is_valid() -> None:
    hostile = checked((f"{HOSTILE}.json", definition(HOSTILE, HOSTILE)))
    assert sarif(hostile)["results"]


def test_sarif_tells_the_region_the_hint_and_related_places() -> None:
    (result,) = sarif(checked(("a.json", '{"workflows": [],\n "workflows": []}')))["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["region"] == {
        "startLine": 2,
        "startColumn": 2,
        "endLine": 2,
        "endColumn": 13,
    }
    (related,) = result["relatedLocations"]
    assert related["message"]["text"] == "first given here"
    assert related["physicalLocation"]["region"]["startLine"] == 1


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü#?.json", "a%20b/%C3%BC%23%3F.json"),
        ("./x/../a:b.json", "a%3Ab.json"),
        ("<stdin>", "%3Cstdin%3E"),
        ("\udcff.json", "%FF.json"),
    ],
)
def test_sarif_paths_are_relative_and_percent_encoded(path: str, uri: str) -> None:
    (result,) = sarif(made(path))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_sarif_paths_elsewhere_are_absolute(tmp_path: Path) -> None:
    (result,) = sarif(made(str(tmp_path / "a b.json")))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": f"{tmp_path.as_uri()}/a%20b.json"}


def test_sarif_says_which_folder_its_paths_are_relative_to(tmp_path: Path) -> None:
    outcome = replace(made(str(tmp_path / "a" / "b.json")), folder=str(tmp_path))
    run = sarif(outcome)
    assert run["originalUriBaseIds"]["%SRCROOT%"]["uri"] == f"{tmp_path.as_uri()}/"
    artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "a/b.json", "uriBaseId": "%SRCROOT%"}


def test_a_folder_may_be_named_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    outcome = replace(made(str(tmp_path / "real" / "b.json")), folder=str(tmp_path / "link"))
    assert told("github", outcome).startswith("::error file=b.json,")


def test_github_names_a_file_elsewhere_by_its_whole_path(tmp_path: Path) -> None:
    outcome = replace(made(str(tmp_path / "b.json")), folder=str(tmp_path / "repository"))
    assert told("github", outcome).startswith(f"::error file={tmp_path}/b.json,")


def test_paths_are_relative_to_the_root_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = tmp_path / "repository" / "apps" / "shop"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    assert repository_folder() == str(below)
    (tmp_path / "repository" / ".git").write_text("gitdir: elsewhere")
    assert repository_folder() == str(tmp_path / "repository")
    monkeypatch.chdir(tmp_path)
    assert repository_folder(["repository/apps/shop.json"]) == str(tmp_path / "repository")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert repository_folder() == str(tmp_path)


def test_a_workspace_that_is_not_above_what_is_checked_is_no_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "repository"
    (repository / "apps").mkdir(parents=True)
    (repository / ".git").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "linked").symlink_to(repository)
    for workspace in ("/home/runner/work/shop/shop", str(tmp_path / "elsewhere"), ""):
        monkeypatch.setenv("GITHUB_WORKSPACE", workspace)
        monkeypatch.chdir(repository / "apps")
        assert repository_folder() == repository_folder(["."]) == repository_folder(["-"]) == str(repository)
        assert repository_folder(["shop.json", "/tmp/other.json"]) == str(repository)
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert repository_folder([str(repository / "apps/shop.json")]) == str(repository)
    for root in (repository, tmp_path / "linked"):
        monkeypatch.setenv("GITHUB_WORKSPACE", str(root))
        assert repository_folder([str(repository / "apps/shop.json")]) == str(root)
    monkeypatch.chdir(repository)
    monkeypatch.setenv("GITHUB_WORKSPACE", "/home/runner/work/shop/shop")
    outcome = replace(made("apps/shop.json"), folder=repository_folder(["apps"]))
    assert told("github", outcome).startswith("::error file=apps/shop.json,")


def test_sarif_fingerprints_outlive_a_move_and_tell_problems_apart() -> None:
    def fingerprints(text: str) -> list[str]:
        results = sarif(checked(("a.json", text)))["results"]
        return [result["partialFingerprints"]["kustui/v1"] for result in results]

    workflows = [definition("cD5"), definition("cD5", "Other"), definition("cD6", "Third")]
    found = fingerprints(json.dumps({"app": "a", "version": "1.0.0", "title": "A", "workflows": workflows}))
    moved = fingerprints(
        "\n\n" + json.dumps({"app": "a", "version": "1.0.0", "title": "A", "workflows": workflows}, indent=2)
    )
    assert len(set(found)) == 3
    assert moved == found


# GitHub


def test_github_has_a_command_a_problem() -> None:
    assert told("github", checked(("a.json", definition("cD5")))) == (
        "::error file=a.json,line=24,endLine=24,col=21,endColumn=26,title=kustui%3A unknown-target"
        '::the transition leads to the unknown step "cD5"%0Adid you mean "cD4"?\n'
    )


def test_github_leaves_out_the_columns_of_several_lines() -> None:
    assert "line=1,endLine=2,title" in told("github", made(text="{\n}", extent=Extent(0, 3)))


def test_github_escapes_what_would_end_a_property_or_a_command() -> None:
    text = told("github", made("100%,a:b.json", message="50% of\r\n::error::all"))
    assert text.startswith("::error file=100%25%2Ca%3Ab.json,line=1,")
    assert text.endswith("::50%25 of^M↵::error::all\n")
    assert text.count("\n") == 1


@pytest.mark.parametrize(("severity", "command"), [(Severity.WARNING, "::warning "), (Severity.INFO, "::notice ")])
def test_github_names_severities_its_own_way(severity: Severity, command: str) -> None:
    found = read_document("a.json", b"{}")
    outcome = CheckResult(Collection((found,)), (Problem("loop", severity, "wrong", found),))
    assert told("github", outcome).startswith(command)


# JUnit


def test_junit_has_a_suite_a_file_and_a_case_a_workflow() -> None:
    outcome = checked(("a.json", [definition("cD5"), definition(name="Other")]), ("b.json", definition()))
    root = ElementTree.fromstring(told("junit", outcome))
    assert (root.get("tests"), root.get("failures")) == ("5", "1")
    assert [suite.get("name") for suite in root] == ["a.json", "b.json"]
    first, second, third = root[0]
    assert [case.get("name") for case in root[0]] == ["the file as a whole", "Greet", "Other"]
    assert len(first) == len(third) == 0
    (failure,) = second
    assert failure.tag == "failure"
    assert failure.get("type") == "unknown-target"
    assert "a.json:" in (failure.text or "")


def test_junit_tells_what_does_not_fail_without_a_failure() -> None:
    outcome = checked(("a.json", definition("cD5")), fail_on=None)
    root = ElementTree.fromstring(told("junit", outcome))
    assert root.get("failures") == "0"
    assert [element.tag for element in root.iter()][-1] == "system-out"


def test_junit_of_hostile_text_is_xml() -> None:
    root = ElementTree.fromstring(told("junit", checked((f"{HOSTILE}.json", definition(HOSTILE, HOSTILE)))))
    assert root.get("failures") == "1"


def test_related_places_of_another_file_are_named(tmp_path: Path) -> None:
    other = read_document("other.json", b'{\n "x": 1}')
    outcome = made(related=(Related("required here", other, "/x"),))
    assert "\nother.json:2:7: note: required here\n" in told("text", outcome)
    assert "%0Aother.json:2:7: required here\n" in told("github", outcome)
