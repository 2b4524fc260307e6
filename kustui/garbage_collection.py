"""When Python looks for garbage: not while much is made of which nothing is garbage. The one place that switches it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused(*, freeze: bool = True) -> Iterator[None]:
    """Without garbage collection, which costs twice a large reading and holds up keys meanwhile.

    ``freeze`` leaves what was made out of later collections, each of which would look at all of it again. Work that is
    done again and again must not: what it leaves in circles would never be found.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if freeze:
            gc.freeze()
        if enabled:
            gc.enable()


def pause_gc() -> None:
    """Stop collecting until ``resume_gc``, where that is too far away for a ``with`` block."""
    gc.disable()


def resume_gc() -> None:
    """Collect again, but look at nothing of what has been made until now."""
    gc.freeze()
    gc.enable()
