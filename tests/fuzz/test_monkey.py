"""A minute of the monkey, always the same, and what it has found before. ``python -m tests.fuzz.monkey`` goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.monkey import Event, Failure, Session, failure_of, from_json, session_of, shortened
from tests.fuzz.runner import CORPUS


@pytest.mark.parametrize("seed", range(8))
def test_nothing_that_a_monkey_does_ends_or_holds_the_explorer(seed: int) -> None:
    failure = failure_of(session_of(seed))
    assert failure is None, f"{failure.kind}\n{failure.details}"


@pytest.mark.parametrize("path", sorted((CORPUS / "monkey").glob("*.json")), ids=lambda path: path.stem)
def test_what_a_monkey_found_before_is_mended(path: Path) -> None:
    failure = failure_of(from_json(path.read_text()))
    assert failure is None, f"{failure.kind}\n{failure.details}"


def test_a_sequence_is_shortened_to_what_still_goes_wrong() -> None:
    events = tuple(Event("keys", letter) for letter in "abcdefghijklmnopqrstuvwxyz")

    def fails(session: Session) -> Failure | None:
        keys = "".join(event.value for event in session.events)
        return Failure("both") if "d" in keys and "w" in keys else None

    shortest = shortened(Session((), (80, 24), events), Failure("both"), 10.0, fails)
    assert [event.value for event in shortest.events] == ["d", "w"]
    assert session_of(3) == session_of(3)
