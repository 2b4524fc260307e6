"""The screens: the only layer that imports Textual."""

import sys
from types import ModuleType

_NOT_YET = {
    "textual.command": (
        "CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "Provider", "SimpleProvider",
    ),
    "rich.table": ("Table",),
}  # fmt: skip
"""What loading Textual's application loads, by module: its command palette with all the widgets of that, a tenth of the
first paint, of which kustui has its own that loads them when it is asked for; and a table for showing themes."""


def _load_application() -> None:
    """Load it without: classes that nothing uses stand in the place of those. Not public, as what ``base_app`` says."""
    names = _NOT_YET.keys() - sys.modules.keys()
    for name in names:
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update((class_, type(class_, (), {})) for class_ in _NOT_YET[name])
    try:
        import textual.app  # noqa: F401
    finally:
        for name in names:
            del sys.modules[name]


if "textual.app" not in sys.modules:
    _load_application()
