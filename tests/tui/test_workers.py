"""Work in the background is begun by whoever carries it out, so that none is left that was made and never awaited."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import kustui.tui

FILES = sorted(Path(kustui.tui.__file__).parent.rglob("*.py"))


def coroutines_given(tree: ast.Module) -> list[int]:
    """The lines on which workers, or what passes work on to them, are given a call that has been made."""
    makers = {"partial"}
    asynchronous = {node.name for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}
    lines = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        if node.func.attr in ("run_worker", "_run") and isinstance(made := node.args[0], ast.Call):
            name = made.func.attr if isinstance(made.func, ast.Attribute) else getattr(made.func, "id", "")
            if name not in makers and (node.func.attr == "run_worker" or name in asynchronous):
                lines.append(node.lineno)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)]
    for node in names:
        called = node.value.func if isinstance(node.value, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in asynchronous:
            lines.append(node.lineno)
    return lines


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_workers_are_given_what_makes_their_work(file: Path) -> None:
    assert coroutines_given(ast.parse(file.read_text())) == []
