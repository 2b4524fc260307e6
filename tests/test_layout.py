"""Where the tests keep what they share."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
PRIVATE = re.compile(r"(?:^|\.)_(?!_)")


def imported_modules(path: Path) -> set[str]:
    """Every module that a file imports, or imports a name from, wherever in the file."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return modules


def test_no_test_module_is_imported_by_another() -> None:
    wrong = [
        f"{path.relative_to(TESTS)} imports {module}"
        for path in sorted(TESTS.rglob("*.py"))
        for module in sorted(imported_modules(path))
        if module.startswith("tests.") and module.rpartition(".")[2].startswith("test_")
    ]
    assert not wrong, "move what is shared to tests/support: " + ", ".join(wrong)


def test_the_tests_have_the_tree_of_the_code() -> None:
    own = {"benchmarks", "docs", "end_to_end", "fuzz", "support"}
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    wrong = [
        str(folder)
        for folder in sorted(folders)
        if folder.parts and folder.parts[0] not in own and not (TESTS.parent / "kustui" / folder).is_dir()
    ]
    assert not wrong, "no such folder in kustui: " + ", ".join(wrong)


def test_no_test_patches_a_private_name_of_ours() -> None:
    wrong = [
        f"{path.relative_to(TESTS)}:{node.lineno}: {ast.unparse(node)}"
        for path in sorted(TESTS.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".setattr")
        if any(PRIVATE.search(str(name.value)) for name in node.args[:2] if isinstance(name, ast.Constant))
        if not ast.unparse(node.args[0]).startswith("MessagePump")  # Textual's own: its queues are handled late
    ]
    assert not wrong, "\n".join(wrong)
