"""JSON texts as values."""

from __future__ import annotations

import json
import math

import pytest

from kustui.definition.source.json_values import decoded


@pytest.mark.parametrize(
    "text",
    [
        *("-0", "-0.0", "1E5", "0.1", "1e23", "9007199254740993", "18446744073709551616", "-9223372036854775809"),
        *("1e400", "-1e400", "4.9e-324", "1e-400", f"{10**308}.5", f"{10**309}.5", str(10**399)),
        *('"\\ud83d\\ude00"', '{"b": 1, "a": 2, "b": 3}', '"\\u0000\u2028"', '{"": [null, true, {}]}'),
    ],
)
def test_a_value_is_what_the_json_module_makes_of_it(text: str) -> None:
    assert repr(decoded(text.encode())) == repr(json.loads(text))


def test_a_whole_number_of_more_digits_than_python_converts_is_a_float() -> None:
    assert decoded(b"9" * 5_000) == math.inf


@pytest.mark.parametrize("half", ["\\ud83d", "\\uDE00", "\\ud83d\\ud83d", "\\ud83dx", "\\ude00\\ud83d", "\\\\\\ud83d"])
def test_half_a_surrogate_pair_is_replaced_as_a_key_and_in_a_value(half: str) -> None:
    value = decoded(f'{{"{half}": ["{half}", 1]}}'.encode())
    whole = "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in json.loads(f'"{half}"'))
    assert value == {whole: [whole, 1]}


def test_what_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(RecursionError):
        decoded(b"[" * 50_000 + b"]" * 50_000)
