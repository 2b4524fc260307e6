"""The samples that are written as modules say what the JSON samples say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kustui.cli import main
from kustui.definition.loader import Reader

SAMPLES = Path(__file__).parents[3] / "samples"
MODULES = [
    ("scheduling-pair.js", "scheduling-pair.json"),
    ("error-actions.mjs", "error-actions.json"),
    ("timer-chain", "timer-chain.json"),
    ("orders.cjs", "orders.json"),
    ("scheduling-pair.json5", "scheduling-pair.json"),
    ("error-actions.jsonc", "error-actions.json"),
]


def output_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit):
        raise SystemExit(main(list(arguments)))
    return capsys.readouterr().out


def without_places(text: str) -> str:
    """A text without where things are written, and without the line breaks that fit them in."""
    return " ".join(re.sub(r"\S+\.(json5?|jsonc|[cm]?[jt]s):\d+:\d+", "", " ".join(text.split())).split())


@pytest.mark.parametrize(("module", "sample"), MODULES)
def test_a_module_has_the_problems_the_diagrams_and_the_rehearsal_of_its_json(
    module: str, sample: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = str(SAMPLES / "modules" / module), str(SAMPLES / sample)

    def problems(path: str) -> list[dict[str, object]]:
        own = json.loads(output_of(capsys, "check", "--no-cache", "--format", "json", path))
        keys = ("rule", "severity", "message", "hint", "pointer", "workflow", "step")
        return sorted(({key: problem[key] for key in keys} for problem in own), key=str)

    assert problems(paths[0]) == problems(paths[1])
    for arguments in [("graph",), ("graph", "--format", "mermaid"), ("graph", "--map"), ("simulate",)]:
        ours, theirs = (without_places(output_of(capsys, *arguments, path)) for path in paths)
        assert ours == theirs


def test_a_scenario_of_the_json_sample_holds_for_the_module(capsys: pytest.CaptureFixture[str]) -> None:
    scenario = str(SAMPLES / "timer-chain.scenario.json")
    ours, theirs = (
        output_of(capsys, "simulate", str(SAMPLES / path), scenario)
        for path in ("modules/timer-chain", "timer-chain.json")
    )
    assert re.sub(r"\d+(\.\d+)? m?s\b", "", ours) == re.sub(r"\d+(\.\d+)? m?s\b", "", theirs)


@pytest.mark.parametrize(("module", "sample"), MODULES)
def test_every_value_of_a_sample_is_written_in_a_file_of_it(module: str, sample: str) -> None:
    (document,) = Reader([str(SAMPLES / "modules" / module)]).read().documents
    names = {path.name for path in (SAMPLES / "modules").rglob("*")}
    for entry in document.entries:
        for pointer in entry.pointers:
            source, extent = document.source.written(document.spot(pointer).value)
            assert Path(source.path).name in names
            assert 0 <= extent.start < extent.end <= len(source.data)
            literal = document.source.text(document.spot(pointer).value)
            if re.fullmatch(r'"[\w -]+"|\d+', literal):
                assert literal.strip('"') in source.text(extent) or "+" in source.text(extent)
