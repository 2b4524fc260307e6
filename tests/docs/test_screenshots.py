"""The pictures in ``screenshots/`` are what is drawn now."""

from __future__ import annotations

from pathlib import Path

import pytest

from screenshots import svg_file
from screenshots.make import out_of_date, pictures
from tests.support.documents import DOCUMENTS
from tests.support.terminal import ROOT

FOLDER = ROOT / "screenshots"
PICTURES = pictures()


@pytest.mark.slow
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_what_is_drawn_now(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert not out_of_date(name, PICTURES[name]), "draw it again with python screenshots/make.py"


def test_a_picture_that_shows_something_else_is_out_of_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(svg_file, "FOLDER", tmp_path)
    name = "explorer-orders-80x24"
    picture = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    (tmp_path / f"{name}.svg").write_text(picture.replace("Workflows", "Werkstroeme"), encoding="utf-8")
    assert out_of_date(name, PICTURES[name])


def test_no_picture_is_left_over_and_the_documents_show_those_that_there_are() -> None:
    files = {path.stem for path in FOLDER.glob("*.svg")}
    assert {name for name in files if not name.startswith("beside-editor")} == pictures().keys()
    shown = {Path(link).stem for document in DOCUMENTS for link in document.links if link.endswith(".svg")}
    assert shown
    assert shown <= files
