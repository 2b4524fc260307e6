"""Some hundred scrambled inputs for every entry, always the same, and what was found before. ``python -m tests.fuzz``
goes on."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from tests.fuzz import runner
from tests.fuzz.entries import ENTRIES, Entry
from tests.fuzz.runner import CORPUS, Finding, finding_of, scrambled, shortened

_CORPUS = sorted(path for path in CORPUS.iterdir() if path.is_file())


@pytest.mark.parametrize("name", ENTRIES)
def test_no_scrambled_input_raises_or_takes_long(name: str) -> None:
    for number in range(120):
        data = scrambled(ENTRIES[name].kind, Random(f"suite:{name}:{number}"))
        finding = finding_of(name, data)
        assert finding is None, f"{finding.kind}\n{finding.details}\n{data[:3000]!r}"


@pytest.mark.parametrize("path", _CORPUS, ids=lambda path: path.name)
def test_what_was_found_before_is_mended(path: Path) -> None:
    """Each file is named for the entry that it was found at, and every entry that takes its kind is given it."""
    found_at = path.name.partition("-")[0]
    data = path.read_bytes()
    for name, entry in ENTRIES.items():
        if entry.kind == ENTRIES[found_at].kind:
            finding = finding_of(name, data)
            assert finding is None, f"{name}: {finding.kind}\n{finding.details}"


def test_an_input_is_shortened_to_what_still_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(data: bytes) -> None:
        if json.loads(data)["steps"][0]["id"] == "":
            raise AttributeError("no id")

    monkeypatch.setitem(ENTRIES, "broken", Entry(refuses, "definition"))
    value = {"name": "x", "steps": [{"action": "a", "id": ""}, {"id": "b"}], "trigger": {}}
    finding = finding_of("broken", json.dumps(value).encode())
    assert isinstance(finding, Finding)
    assert finding.kind.startswith("AttributeError in tests/fuzz/test_fuzz.py")
    assert json.loads(shortened(finding, 10.0, finding_of).data) == {"steps": [{"id": ""}]}


def test_what_takes_too_long_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def turns(data: bytes) -> None:
        while True:
            data = data[:]

    monkeypatch.setitem(ENTRIES, "slow", Entry(turns, "definition"))
    monkeypatch.setattr(runner, "LIMIT", 0.2)
    finding = finding_of("slow", b"")
    assert finding is not None
    assert finding.kind == "slower than 0.2 s"
