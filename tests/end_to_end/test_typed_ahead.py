"""Several keys in one burst, as from fast fingers or a slow line: each is for what the one before it led to."""

from __future__ import annotations

import pytest

from tests.support.terminal import SAMPLES, Terminal

ENTER = "\r"


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        ("/quit", "“quit” 0 of 6"),
        (f"/ship{ENTER}ljl", "→ Tell the customer"),
        ("?/quit", "Help with “quit”"),
        (":theme: light", "light on dark"),
        ("Fquit", "no matches"),
        ("mq", "marked"),
        ("4/quit", "4:Problems, only “quit”"),
        ("8i250/h", "│250/h"),
    ],
)
def test_what_is_typed_at_once_goes_where_each_key_led(keys: str, seen: str) -> None:
    with Terminal(["--no-state", SAMPLES / "orders.json"], columns=120, is_loaded=True) as terminal:
        terminal.wait_for("q quit")
        terminal.press(keys)
        terminal.wait_for(seen)


def test_where_it_opens_is_not_painted_before_a_key_that_was_typed_ahead_is_answered() -> None:
    with Terminal(["--no-state", SAMPLES / "scheduling-pair.json"]) as terminal:
        terminal.press("j")
        terminal.wait_for("▌    ▸ ◆ on customer.update")
        opened = [lines for _, lines in terminal.replayed() if any(line.startswith("▌  ▾") for line in lines)]
        assert opened == []  # the row that the cursor was on before
