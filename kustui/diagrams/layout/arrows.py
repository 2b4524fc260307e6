"""What is laid out: nodes in an order, and arrows between them."""

from __future__ import annotations

from typing import NamedTuple


class Arrow(NamedTuple):
    """From one node to another."""

    source: str
    target: str
    failing: bool = False
    """Whether it is only taken after a failure: drawn in another way than those that are not."""
