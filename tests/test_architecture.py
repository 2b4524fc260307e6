"""How the modules of kustui stand on each other; which storey stands on which, import-linter says (pyproject.toml)."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import grimp
import pytest

import kustui
from kustui.analysis.walks import strongly_connected_components

MOST_LINES = 400
SOURCES = sorted(Path(kustui.__file__).parent.rglob("*.py"))
CONTAINERS = (
    "dict",
    "list",
    "set",
    "defaultdict",
    "OrderedDict",
    "Counter",
    "deque",
    "WeakKeyDictionary",
    "WeakValueDictionary",
)


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


def test_no_module_keeps_what_is_written_to_it() -> None:
    kept = []
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for statement in tree.body:
            if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
                value = statement.value
                is_empty = isinstance(value, ast.List | ast.Dict) and not ast.unparse(value)[1:-1]
                is_made = isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] in CONTAINERS
                kept += [f"{path.name}: {ast.unparse(statement)}"] if is_empty or is_made else []
        kept += [f"{path.name}: {ast.unparse(node)}" for node in ast.walk(tree) if isinstance(node, ast.Global)]
    assert kept == []


def test_no_module_is_longer_than_one_idea_needs() -> None:
    lines = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert [f"{name}: {count} lines" for name, count in lines.items() if count > MOST_LINES] == []
