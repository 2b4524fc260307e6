"""Which folders and files are read, and where they lie."""

from __future__ import annotations

import pytest

from kustui.definition.folders import common_folder


@pytest.mark.parametrize(
    ("paths", "folder"),
    [
        ([], ""),
        (["a.json"], ""),
        (["x/a.json"], "x/"),
        (["x/a.json", "x/b.json"], "x/"),
        (["x/a.json", "x/y/b.json"], "x/"),
        (["x1/a.json", "x2/b.json"], ""),
        (["a.json", "x/b.json"], ""),
        (["/x/y/a.json", "/x/z/b.json"], "/x/"),
        (["/a.json", "/x/b.json"], ""),
        (["/x/a.json", "x/b.json"], ""),
    ],
)
def test_the_folder_of_all(paths: list[str], folder: str) -> None:
    assert common_folder(paths) == folder
