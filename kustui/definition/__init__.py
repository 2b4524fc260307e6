"""From bytes to workflows."""

import sys
from types import ModuleType

_PLUGINS = "pydantic.plugin._loader"

if _PLUGINS not in sys.modules:
    # pydantic looks for plugins in the metadata of every distribution that is installed, for which it loads a parser of
    # mail: that takes twice as long as making the models does. It is told that there are none.
    sys.modules[_PLUGINS] = ModuleType(_PLUGINS)
    sys.modules[_PLUGINS].get_plugins = tuple  # type: ignore[attr-defined]
