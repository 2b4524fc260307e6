"""What a person gave in earlier rehearsals: outputs and failures of steps, payloads of events. It is offered again, and
saved for the next session as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Literal

import msgspec

from kustui.config.state import read_state, state_path, write_state

_VERSION = 1
_MAX_ANSWERS = 100
"""The oldest go first."""
_MAX_LENGTH = 16_000
"""Characters of an answer; a longer one is offered in no other session."""
_MAX_BYTES = 2_000_000
"""Of the file: a larger one is not ours."""

Kind = Literal["output", "failure", "event"]


class EarlierAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that was given once."""

    kind: Kind
    subject: str
    """The action of the step, or the name of the event."""
    text: str
    """As it is typed: JSON, or how a step fails."""
    workflow: str = ""
    """The id or name of the step's."""
    step: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int = _VERSION
    answers: tuple[EarlierAnswer, ...] = ()


class EarlierAnswers:
    """The latest first. Without ``saved`` nothing is read or written, and they last as long as the session."""

    def __init__(self, *, saved: bool) -> None:
        self._file = state_path("answers.json") if saved else None
        self._answers = self._read()

    def add(self, answer: EarlierAnswer) -> None:
        """Keep an answer before all others, and with those that another kustui has saved meanwhile."""
        kept = dict.fromkeys((answer, *self._answers, *self._read()))
        self._answers = tuple(kept)[:_MAX_ANSWERS]
        if self._file is not None:
            saved = tuple(answer for answer in self._answers if len(answer.text) <= _MAX_LENGTH)
            with suppress(UnicodeEncodeError):
                write_state(self._file, msgspec.json.encode(_File(answers=saved)))

    def offered(self, kind: Kind, subject: str, workflow: str = "", step: str = "") -> Iterator[EarlierAnswer]:
        """Those to the same question, each text once: of the same step first, then of any with the same action."""
        same = [answer for answer in self._answers if (answer.kind, answer.subject) == (kind, subject)]
        same.sort(key=lambda answer: (answer.workflow, answer.step) != (workflow, step))
        texts: set[str] = set()
        for answer in same:
            if answer.text not in texts:
                texts.add(answer.text)
                yield answer

    def _read(self) -> tuple[EarlierAnswer, ...]:
        with suppress(msgspec.MsgspecError, RecursionError):
            if (saved := read_state(self._file, _MAX_BYTES)) is not None:
                file = msgspec.json.decode(saved, type=_File)
                return file.answers[:_MAX_ANSWERS] if file.version == _VERSION else ()
        return ()
