"""What a configuration says, where it is found, and what is said of one that is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.check.configuration import Configuration, ConfigurationError, found_from, settings_of
from kustui.check.problems import Severity
from kustui.check.settings import Settings
from kustui.check.toml_places import extent_of

EVERYTHING = """\
external = ["63b44f9c294f27edb0f71083"]
operators = ["within"]
functions = ["shout"]
actions = ["kustomer.app.slack.post"]
relative-unit-minutes = 60

[rules]
never-scheduled = "off"
unreachable-step = "error"

[[suppress]]
rule = "loop"
workflow = "Greet"
step = "aB3"
reason = "é, looked at"
"""


def refused(text: str | bytes, path: str = "kustui.toml") -> list[str]:
    """What is said of a configuration that is wrong."""
    with pytest.raises(ConfigurationError) as caught:
        settings_of(path, text if isinstance(text, bytes) else text.encode())
    return list(caught.value.lines)


def test_everything_is_read() -> None:
    settings = settings_of("kustui.toml", EVERYTHING.encode())
    assert settings.external == {"63b44f9c294f27edb0f71083"}
    assert settings.operators == {"within"}
    assert settings.functions == {"shout"}
    assert settings.actions == {"kustomer.app.slack.post"}
    assert settings.relative_unit_minutes == 60
    assert settings.severities == {"never-scheduled": None, "unreachable-step": Severity.ERROR}
    (suppression,) = settings.suppressions
    assert (suppression.rule, suppression.workflow, suppression.step) == ("loop", "Greet", "aB3")
    assert suppression.reason == "é, looked at"
    assert suppression.document is not None
    assert suppression.extent is not None
    assert suppression.document.source.place(suppression.extent.start) == (11, 3)


@pytest.mark.parametrize("text", ["", "# nothing\n", "\ufeff", "[rules]\r\n"])
def test_nothing_said_is_the_defaults(text: str) -> None:
    assert settings_of("kustui.toml", text.encode()) == Settings()


def test_of_a_pyproject_only_its_own_table_counts() -> None:
    text = '[project]\nname = "x"\n[tool.other]\nexternal = 3\n[tool.kustui]\nexternal = ["a"]\n'
    assert settings_of("pyproject.toml", text.encode()).external == {"a"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('externl = ["a"]', 'kustui.toml:1:1: unknown key "externl": did you mean "external"?'),
        (
            "\ncolour = 1",
            'kustui.toml:2:1: unknown key "colour": '
            "keys: actions, external, functions, operators, relative-unit-minutes, rules, suppress",
        ),
        ('[rules]\n\nlop = "off"', 'kustui.toml:3:1: there is no rule "lop": did you mean "loop"?'),
        ('[rules]\nxyzzy = "off"', 'kustui.toml:2:1: there is no rule "xyzzy"; kustui explain lists them'),
        (
            '[rules]\n  loop = "eror"',
            'kustui.toml:2:3: "loop" must be "error", "warning", "info" or "off", found the text "eror"',
        ),
        ("rules = 3", 'kustui.toml:1:1: "rules" must be a table, found the number 3'),
        ('external = "a"', 'kustui.toml:1:1: "external" must be a list, found the text "a"'),
        (
            'external = [\n  "a",\n  3\n]',
            'kustui.toml:3:3: each of "external" must be a text, found the number 3',
        ),
        (
            'relative-unit-minutes = "1"',
            'kustui.toml:1:1: "relative-unit-minutes" must be a number, found the text "1"',
        ),
        (
            "relative-unit-minutes = true",
            'kustui.toml:1:1: "relative-unit-minutes" must be a number, found true',
        ),
        (
            "relative-unit-minutes = 0",
            'kustui.toml:1:1: "relative-unit-minutes" must be a number above 0, found the number 0',
        ),
        ('[[suppress]]\nrule = "loop"', 'kustui.toml:1:3: a suppression needs a "reason"'),
        ('[[suppress]]\nreason = "x"', 'kustui.toml:1:3: a suppression needs a "rule"'),
        (
            '[[suppress]]\nrule = "loop"\nreason = ""',
            'kustui.toml:3:1: "reason" must be a text that is not empty, found an empty text',
        ),
        (
            '[[suppress]]\nrule = "lop"\nreason = "x"',
            'kustui.toml:2:1: there is no rule "lop": did you mean "loop"?',
        ),
        (
            '[[suppress]]\nrule = "loop"\nreason = "x"\nworkflw = "a"',
            'kustui.toml:4:1: unknown key "workflw": did you mean "workflow"?',
        ),
        (
            '[[suppress]]\nrule = "loop"\nreason = "x"\nstep = "a"',
            "kustui.toml:4:1: a step is of a workflow: name that too",
        ),
        ("[suppress]\n", 'kustui.toml:1:2: "suppress" must be a list, found an object'),
        ("a = ", "kustui.toml:1:5: invalid value"),
        ("a = [", "kustui.toml:1:6: unclosed array"),
        ("a = 1\na = 2", "kustui.toml:2:6: cannot overwrite a value"),
        (b"a = 1 # \xff", "kustui.toml:1:9: byte 0xFF is not UTF-8: save the file as UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str | bytes, told: str) -> None:
    (line,) = refused(text)
    assert line == told or (told.endswith(("value", "array")) and line.startswith(told[: told.index(": ")]))


def test_everything_wrong_is_told_in_the_order_of_the_file() -> None:
    lines = refused('x = 1\nexternal = 3\n[rules]\nlop = "off"\nloop = "bad"\n[[suppress]]\nrule = "y"\n')
    assert [line.split(":")[1] for line in lines] == ["1", "2", "4", "5", "6", "7"]


def test_a_mistake_in_a_pyproject_is_placed_in_its_table() -> None:
    lines = refused('[rules]\nlop = "off"\n[tool.kustui.rules]\nlop = "off"\n', "pyproject.toml")
    assert [line.split(" ")[0] for line in lines] == ["pyproject.toml:4:1:"]


@given(st.text(st.sampled_from("ab.=[]{}\"'#,\n\\1 rules"), max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    try:
        settings_of("kustui.toml", text.encode())
    except ConfigurationError as error:
        assert all(line.startswith("kustui.toml:") for line in error.lines)  # noqa: PT017


# Where it is found


def test_it_is_found_upward_from_the_definition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "app.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert found_from(["a/b/app.json"]) is None
    (tmp_path / "kustui.toml").write_text("")
    assert found_from(["a/b/app.json"]) == "kustui.toml"
    assert found_from(["a/b"]) == "kustui.toml"
    assert found_from(["-"]) == "kustui.toml"
    (folder / "kustui.toml").write_text("")
    assert found_from(["a/b/app.json"]) == os.path.join("a", "b", "kustui.toml")  # noqa: PTH118
    assert found_from(["a/b"]) == os.path.join("a", "b", "kustui.toml")  # noqa: PTH118
    monkeypatch.chdir(folder)
    assert found_from(["../../a"]) == str(tmp_path / "kustui.toml")


def test_a_pyproject_counts_only_with_a_table_for_it(tmp_path: Path) -> None:
    (tmp_path / "kustui.toml").write_text("")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text('[project]\nname = "kustui-flows"\n')
    assert found_from([str(inner)]) == str(tmp_path / "kustui.toml")
    (inner / "pyproject.toml").write_text("[tool.kustui]\n")
    assert found_from([str(inner)]) == str(inner / "pyproject.toml")
    (inner / "kustui.toml").write_text("")
    assert found_from([str(inner)]) == str(inner / "kustui.toml")


def test_the_one_that_is_given_is_taken(tmp_path: Path) -> None:
    (tmp_path / "kustui.toml").write_text("bad")
    other = tmp_path / "other.toml"
    other.write_text('external = ["a"]')
    assert Configuration([str(tmp_path)], str(other)).settings().external == {"a"}
    with pytest.raises(ConfigurationError, match=r"none\.toml: no such file or directory"):
        Configuration([str(tmp_path)], str(tmp_path / "none.toml")).settings()


# Where a key stands


TOML = '''\
# a = 1
list = [
  "a", # , [
  "b",
  ["c"],
]
dotted.loop = "off"
inline = { rule = "a=b", "x y" = 3 }
text = """
[table]
inside = 3
"""
[table]
"no entry" = "bad" # [x]
[[array]]
rule = "x"
[[array]]  # é
  "é" = 3
[array.more]
z = 1
'''


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        (("list",), 2, "list"),
        (("list", 1), 4, '"b"'),
        (("list", 2, 0), 5, '"c"'),
        (("dotted", "loop"), 7, "dotted.loop"),
        (("inline", "x y"), 8, '"x y"'),
        (("table", "no entry"), 14, '"no entry"'),
        (("array", 0, "rule"), 16, "rule"),
        (("array", 1, "é"), 18, '"é"'),
        (("array", 1, "none"), 17, "array"),
        (("array", 1, "more", "z"), 20, "z"),
        (("none",), 1, ""),
    ],
)
def test_keys_are_found_where_they_stand(path: tuple[str | int, ...], line: int, text: str) -> None:
    data = TOML.encode()
    start, end = extent_of(TOML, path)
    assert data[:start].count(b"\n") + 1 == line
    assert data[start:end].decode().strip(" =") == text


def test_what_is_written_the_same_is_the_same_value(tmp_path: Path) -> None:
    path = tmp_path / "kustui.toml"
    path.write_text('external = ["a"]\n[[suppress]]\nrule = "loop"\nworkflow = "x"\nreason = "known"')
    configuration = Configuration([str(tmp_path)])
    first = configuration.settings()
    path.write_text(path.read_text())
    assert configuration.settings() is first
    path.write_text('external = ["b"]')
    assert configuration.settings().external == {"b"}
    path.unlink()
    assert configuration.settings() == Settings()
