"""Work that makes much and leaves nothing to collect."""

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
