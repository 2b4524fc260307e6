"""Several classes of a widget changed at once: each change works out the styles of all that is in it anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.dom import DOMNode


def dress(node: DOMNode, classes: Mapping[str, bool]) -> None:
    """Give a widget the classes that are true, and take from it those that are not."""
    on = {name for name, wanted in classes.items() if wanted}
    found = (node.classes - classes.keys()) | on
    if found != node.classes:
        node.set_classes(found)
