"""How often something happens, as people write it: ``100``, ``100/h``, ``5 / min``, ``2,000 a day``."""

from __future__ import annotations

import re

_MINUTES = {
    "min": 1,
    "minute": 1,
    "h": 60,
    "hour": 60,
    "d": 24 * 60,
    "day": 24 * 60,
    "w": 7 * 24 * 60,
    "week": 7 * 24 * 60,
}
_RATE = re.compile(r"\s*(\d[\d,_ ]*(?:\.\d+)?)\s*(?:(?:/|per|an?)?\s*([a-z]+))?\s*")
_MOST = 1e9


def per_minute(text: str) -> float | None:
    """Events a minute, of a text that gives them by the hour unless it says otherwise; None where it says no rate."""
    found = _RATE.fullmatch(text.lower())
    if found is None:
        return None
    unit = _MINUTES.get(found[2] or "h")
    number = float(re.sub(r"[,_ ]", "", found[1]))
    return number / unit if unit is not None and number <= _MOST else None


def rate_in_words(rate: float) -> str:
    """``100 events an hour``; seldom ones by the day."""
    if rate * 60 >= 1 or not rate:
        return f"{rate * 60:,.6g} events an hour"
    return f"{rate * 24 * 60:,.6g} events a day"
