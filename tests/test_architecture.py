"""How the modules of kustui stand on each other; which storey stands on which, import-linter says (pyproject.toml)."""

from __future__ import annotations

from functools import cache

import grimp
import pytest

from kustui.analysis.walks import strongly_connected_components


@cache
def imports() -> grimp.ImportGraph:
    """Every import, those inside functions and for type checkers included."""
    return grimp.build_graph("kustui", include_external_packages=True, cache_dir=None)


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = imports()
    components = strongly_connected_components(sorted(graph.modules), graph.find_modules_directly_imported_by)
    assert [sorted(component) for component in components if len(component) > 1] == []


@pytest.mark.parametrize("library", ["textual", "rich"])
def test_only_the_screen_imports_what_draws_it(library: str) -> None:
    importers = imports().find_modules_that_directly_import(library)
    assert [name for name in sorted(importers) if not f"{name}.".startswith("kustui.tui.")] == []
