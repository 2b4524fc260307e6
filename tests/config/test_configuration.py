"""What a configuration says, where it is found, and what is said of one that is wrong."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.check.rules import RULES
from kustui.config.check_settings import Settings
from kustui.config.configuration import Configuration, ConfigurationError, find_configuration, parse_settings
from kustui.config.preferences import Preferences
from kustui.config.severity import Severity
from kustui.config.toml_positions import TomlPositions
from kustui.files import ReadError
from tests.benchmarks.growth import counted

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
        parse_settings(path, text if isinstance(text, bytes) else text.encode(), RULES)
    return list(caught.value.lines)


def test_everything_is_read() -> None:
    settings = parse_settings("kustui.toml", EVERYTHING.encode(), RULES)
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


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_a_configuration_may_be_in_any_encoding_that_says_so(encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    assert parse_settings("kustui.toml", f'{mark}external = ["é"]\n'.encode(encoding), RULES).external == {"é"}


@pytest.mark.parametrize("text", ["", "# nothing\n", "\ufeff", "[rules]\r\n"])
def test_nothing_said_is_the_defaults(text: str) -> None:
    assert parse_settings("kustui.toml", text.encode(), RULES) == Settings()


def test_of_a_pyproject_only_its_own_table_counts() -> None:
    text = '[project]\nname = "x"\n[tool.other]\nexternal = 3\n[tool.kustui]\nexternal = ["a"]\n'
    assert parse_settings("pyproject.toml", text.encode(), RULES).external == {"a"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('externl = ["a"]', 'kustui.toml:1:1: unknown key "externl": did you mean "external"?'),
        (
            "\ncolour = 1",
            'kustui.toml:2:1: unknown key "colour": '
            "known keys: actions, ascii, cache, external, functions, keys, mouse, operators, panes, "
            "relative-unit-minutes, rules, state, suppress, theme",
        ),
        ('[rules]\n\nlop = "off"', 'kustui.toml:3:1: unknown rule "lop": did you mean "loop"?'),
        ('[rules]\nxyzzy = "off"', 'kustui.toml:2:1: unknown rule "xyzzy": kustui explain lists all rules'),
        (
            '[rules]\n  loop = "eror"',
            'kustui.toml:2:3: "loop" must be "error", "warning", "info" or "off", found the text "eror"',
        ),
        ("rules = 3", 'kustui.toml:1:1: "rules" must be a table, found the number 3'),
        ('external = "a"', 'kustui.toml:1:1: "external" must be a list, found the text "a"'),
        (
            'external = [\n  "a",\n  3\n]',
            'kustui.toml:3:3: each element of "external" must be text, found the number 3',
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
            'kustui.toml:3:1: "reason" must be text that is not empty, found an empty text',
        ),
        (
            '[[suppress]]\nrule = "lop"\nreason = "x"',
            'kustui.toml:2:1: unknown rule "lop": did you mean "loop"?',
        ),
        (
            '[[suppress]]\nrule = "loop"\nreason = "x"\nworkflw = "a"',
            'kustui.toml:4:1: unknown key "workflw": did you mean "workflow"?',
        ),
        (
            '[[suppress]]\nrule = "loop"\nreason = "x"\nstep = "a"',
            'kustui.toml:4:1: a suppression with a "step" needs a "workflow" too',
        ),
        ("[suppress]\n", 'kustui.toml:1:2: "suppress" must be a list, found an object'),
        ('theme = "drak"', 'kustui.toml:1:1: unknown theme "drak": did you mean "dark"?'),
        (
            '\ntheme = "x"',
            'kustui.toml:2:1: unknown theme "x": known themes: dark, high-contrast, light, monochrome, terminal',
        ),
        ("theme = 3", 'kustui.toml:1:1: "theme" must be text, found the number 3'),
        ('ascii = "yes"', 'kustui.toml:1:1: "ascii" must be true or false, found the text "yes"'),
        ("[panes]\ntre = 30", 'kustui.toml:2:1: unknown key "tre": did you mean "tree"?'),
        (
            "panes = { tree = 99 }",
            'kustui.toml:1:11: "tree" must be a whole number from 10 to 80 (per cent), found the number 99',
        ),
        (
            "panes.tree = 12.5",
            'kustui.toml:1:1: "tree" must be a whole number from 10 to 80 (per cent), found the number 12.5',
        ),
        ("keys = 3", 'kustui.toml:1:1: "keys" must be a table, found the number 3'),
        (
            '[keys]\n"view.flwo" = "F"',
            'kustui.toml:2:1: unknown action "view.flwo": did you mean "view.flow"?',
        ),
        ('[keys]\n"xyzzy" = "F"', 'kustui.toml:2:1: unknown action "xyzzy": kustui config --keys lists all actions'),
        (
            '[keys]\nview.flow = "F"',
            'kustui.toml:2:1: action ids contain a dot and must be quoted: "view.flow"',
        ),
        (
            '[keys]\n"view.flow" = 3',
            'kustui.toml:2:1: "view.flow" must be a key or a list of keys, found the number 3',
        ),
        (
            '[keys]\n"view.flow" = ["W", "pagdown"]',
            'kustui.toml:2:21: unknown key name "pagdown": did you mean "pagedown"?',
        ),
        (
            '[keys]\n"view.flow" = "ctl+f"',
            'kustui.toml:2:1: unknown key name "ctl+f": a key is a character or a name like "pagedown" or "ctrl+o"',
        ),
        (
            '[keys]\n"go.back" = "]"',
            'kustui.toml:2:1: "]" is already the key of "go.forward": one of the two needs another',
        ),
        ('[keys]\n"app.quit" = []', 'kustui.toml:2:1: "app.quit" needs a key: there would be no way to leave kustui'),
        ("a = ", "kustui.toml:1:5: invalid value"),
        ("a = [", "kustui.toml:1:6: unclosed array"),
        ("a = 1\na = 2", "kustui.toml:2:6: cannot overwrite a value"),
        (b"a = 1 # \xff", "kustui.toml:1:9: byte 0xFF is not UTF-8: save the file as UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str | bytes, told: str) -> None:
    (line,) = refused(text)
    assert line == told or (told.endswith(("value", "array")) and line.startswith(told[: told.index(": ")]))


@pytest.mark.parametrize(
    "text",
    ["{0} = 1", "[{0}]\n[{0}]", "theme = {0}", "[rules]\n{0} = 'off'", "[rules]\nloop = {0}", "[keys]\n{0} = 'x'",
     "[keys]\n'app.quit' = {0}", "[panes]\n{0} = 1", "[[suppress]]\nrule = {0}\nreason = 'x'"],
)  # fmt: skip
@pytest.mark.parametrize("part", ["k", "k ", "k."])
def test_a_long_text_is_said_in_short(text: str, part: str) -> None:
    lines = refused(text.format(f'"{part * 10_000}"'))
    assert max(map(len, lines)) < 500


def test_everything_wrong_is_told_in_the_order_of_the_file() -> None:
    lines = refused('x = 1\nexternal = 3\n[rules]\nlop = "off"\nloop = "bad"\n[[suppress]]\nrule = "y"\n')
    assert [line.split(":")[1] for line in lines] == ["1", "2", "4", "5", "6", "7"]


def test_a_mistake_in_a_pyproject_is_placed_in_its_table() -> None:
    lines = refused('[rules]\nlop = "off"\n[tool.kustui.rules]\nlop = "off"\n', "pyproject.toml")
    assert [line.split(" ")[0] for line in lines] == ["pyproject.toml:4:1:"]


@given(st.text(st.sampled_from("ab.=[]{}\"'#,\n\\1 rules"), max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    try:
        parse_settings("kustui.toml", text.encode(), RULES)
    except ConfigurationError as error:
        assert all(line.startswith("kustui.toml:") for line in error.lines)  # noqa: PT017


# Where it is found


def test_it_is_found_upward_from_the_definition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "app.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert find_configuration(["a/b/app.json"]) is None
    (tmp_path / "kustui.toml").write_text("")
    assert find_configuration(["a/b/app.json"]) == "kustui.toml"
    assert find_configuration(["a/b"]) == "kustui.toml"
    assert find_configuration(["-"]) == "kustui.toml"
    (folder / "kustui.toml").write_text("")
    assert find_configuration(["a/b/app.json"]) == os.path.join("a", "b", "kustui.toml")  # noqa: PTH118
    assert find_configuration(["a/b"]) == os.path.join("a", "b", "kustui.toml")  # noqa: PTH118
    monkeypatch.chdir(folder)
    assert find_configuration(["../../a"]) == str(tmp_path / "kustui.toml")


def test_a_pyproject_counts_only_with_a_table_for_it(tmp_path: Path) -> None:
    (tmp_path / "kustui.toml").write_text("")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text('[project]\nname = "kustui-flows"\n')
    assert find_configuration([str(inner)]) == str(tmp_path / "kustui.toml")
    (inner / "pyproject.toml").write_text("[tool.kustui]\n")
    assert find_configuration([str(inner)]) == str(inner / "pyproject.toml")
    (inner / "kustui.toml").write_text("")
    assert find_configuration([str(inner)]) == str(inner / "kustui.toml")


TABLES = [
    "[tool.kustui]", "[tool]\nkustui.ascii = true", "[tool]\nkustui = {ascii = true}", "tool.kustui.ascii = true",
    "tool = {kustui = {ascii = true}}", '["tool" . "kustui"]', "[tool.'kustui'.rules]", "[[tool.kustui.suppress]]",
    "  [ tool ]\n  'kustui' = {}", "\ufeff[tool]\nkustui = {}", "[tool.kustui",
]  # fmt: skip
NO_TABLES = [
    '[project]\nname = "kustui"', '[project]\ndependencies = ["kustui"]', "[project.scripts]\nkustui = '.kustui'",
    "[kustui]\nascii = true", "[tool]\nother = 'kustui'", "[tool.other]\nkustui = 1", "tool = 'kustui'",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "has"), [(text, True) for text in TABLES] + [(text, False) for text in NO_TABLES], ids=repr
)
def test_a_table_in_a_pyproject_is_found_however_it_is_written(text: str, has: bool, tmp_path: Path) -> None:
    """The last of those that have one is broken, which is to be told."""
    file = tmp_path / "pyproject.toml"
    file.write_text(f"[build-system]\nrequires = []\n{text}\n" if text.lstrip().startswith("[") else f"{text}\n")
    assert find_configuration([str(tmp_path)]) == (str(file) if has else None)


def test_the_one_that_is_given_is_taken(tmp_path: Path) -> None:
    (tmp_path / "kustui.toml").write_text("bad")
    other = tmp_path / "other.toml"
    other.write_text('external = ["a"]')
    assert Configuration([str(tmp_path)], str(other)).settings(RULES).external == {"a"}
    with pytest.raises(ReadError, match=r"none\.toml: no such file or directory"):
        Configuration([str(tmp_path)], str(tmp_path / "none.toml")).settings(RULES)


# A person's own


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is, in a folder of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "kustui"
    folder.mkdir(parents=True)
    return folder / "kustui.toml"


def test_a_project_says_it_over_a_person_and_a_person_over_the_defaults(own: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    configuration = Configuration([str(project)])
    assert configuration.settings(RULES).relative_unit_minutes == 1
    own.write_text('theme = "light"\nascii = true\nrelative-unit-minutes = 2\n[keys]\n"view.flow" = "W"\n')
    assert configuration.settings(RULES).relative_unit_minutes == 2
    assert configuration.preferences().theme == "light"
    (project / "kustui.toml").write_text('theme = "terminal"\nrelative-unit-minutes = 3\n[rules]\nloop = "off"\n')
    settings, preferences = configuration.settings(RULES), configuration.preferences()
    assert (settings.relative_unit_minutes, settings.severities) == (3, {"loop": None})
    assert (preferences.theme, preferences.ascii, preferences.keys) == ("terminal", True, {"view.flow": ("W",)})


def test_what_is_of_a_project_is_not_said_for_all_of_them(own: Path, tmp_path: Path) -> None:
    own.write_text('[rules]\nloop = "off"\n')
    with pytest.raises(ConfigurationError) as caught:
        Configuration([str(tmp_path)]).settings(RULES)
    assert caught.value.lines == (f'{own}:1:2: "rules" belongs to a project: put it in the project\'s kustui.toml',)


def test_a_key_that_a_person_gave_away_is_missed_by_the_project(own: Path, tmp_path: Path) -> None:
    own.write_text('[keys]\n"view.flow" = "W"\n')
    (tmp_path / "kustui.toml").write_text('[keys]\n"view.boxes" = "W"\n')
    with pytest.raises(ConfigurationError, match=r'kustui\.toml:2:1: "W" is already the key of "view\.flow"'):
        Configuration([str(tmp_path)]).settings(RULES)


def test_one_that_is_broken_leaves_the_screen_as_the_other_wants_it(own: Path, tmp_path: Path) -> None:
    own.write_text('theme = "light"')
    (tmp_path / "kustui.toml").write_text("theme = ")
    assert Configuration([str(tmp_path)]).preferences().theme == "light"


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
    start, end = TomlPositions(TOML).extent(path)
    assert data[:start].count(b"\n") + 1 == line
    assert data[start:end].decode().strip(" =") == text


def test_what_is_written_the_same_is_the_same_value(tmp_path: Path) -> None:
    path = tmp_path / "kustui.toml"
    path.write_text('external = ["a"]\n[[suppress]]\nrule = "loop"\nworkflow = "x"\nreason = "known"')
    configuration = Configuration([str(tmp_path)])
    first = configuration.settings(RULES)
    path.write_text(path.read_text())
    assert configuration.settings(RULES) is first
    path.write_text('external = ["b"]')
    assert configuration.settings(RULES).external == {"b"}
    path.unlink()
    assert configuration.settings(RULES) == Settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"external = " + b"[" * 5000 + b"]" * 5000, "1:112: nested deeper than 100 levels"),
        (b"x = " + b"{a=" * 3000 + b"1" + b"}" * 3000, "1:305: nested deeper than 100 levels"),
        (b".".join([b"a"] * 50_000) + b" = 1", "1:1: nested deeper than 100 levels"),
        (b".".join([b'"a"'] * 5000) + b" = 1", "1:1: nested deeper than 100 levels"),
        (b"\n\nrelative-unit-minutes = " + b"9" * 5000, "3:25: a number of more than 300 digits"),
        (b"theme = 2024-02-31", "1:9: invalid date or datetime"),
        (b"\xef\xbb\xbftheme = 'a\0b'", "1:11: found invalid character '\\x00'"),
        (b'theme = "dark"\ntheme = "light"', "2:16: cannot overwrite a value"),
        (b"#" + b"x" * 3_000_000, " larger than a configuration can be (250,000 characters)"),
    ],
    ids=["arrays", "tables", "keys", "quoted", "number", "date", "nul", "twice", "size"],
)
def test_what_the_parser_breaks_at_has_a_message_and_a_place(tmp_path: Path, text: bytes, message: str) -> None:
    path = tmp_path / "kustui.toml"
    path.write_bytes(text)
    with pytest.raises(ConfigurationError) as raised:
        Configuration([str(tmp_path)]).settings(RULES)
    assert str(raised.value) == f"{path}:{message}"
    assert Configuration([str(tmp_path)]).preferences() == Preferences()


def test_brackets_in_texts_and_comments_are_not_nested() -> None:
    text = f"external = ['{'[' * 200}', \"{'{' * 200}\"]  # {'[' * 200}\nactions = ['''{'[' * 200}''']\n"
    assert parse_settings("kustui.toml", text.encode(), RULES).external


def test_of_very_many_mistakes_the_first_are_told(tmp_path: Path) -> None:
    path = tmp_path / "kustui.toml"
    path.write_text("".join(f"a{number} = 1\n" for number in range(2000)))
    with pytest.raises(ConfigurationError) as raised:
        Configuration([str(tmp_path)]).settings(RULES)
    assert raised.value.lines[-1] == f"{path}: and more"
    assert len(raised.value.lines) == 21


def test_a_place_takes_no_longer_where_there_are_more() -> None:
    calls = []
    for count in (20, 80):
        positions = TomlPositions('[[suppress]]\nrule = "loop"\n' * count)
        calls.append(counted(partial(_places, positions, count)))
    assert calls[1] < 5 * calls[0]


def _places(positions: TomlPositions, count: int) -> None:
    for index in range(count):
        positions.extent(("suppress", index))
