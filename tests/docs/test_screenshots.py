"""The pictures in ``screenshots/`` show what there is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.documents import DOCUMENTS
from tests.support.terminal import ROOT

pytestmark = pytest.mark.slow

FOLDER = ROOT / "screenshots"
MAKE = [sys.executable, "screenshots/make.py"]


def test_the_pictures_are_what_is_drawn_now() -> None:
    """Those of the smaller size: the larger are made by the same command, and drawing all takes twice as long."""
    checked = subprocess.run([*MAKE, "--check", "--size", "80x24"], cwd=ROOT, capture_output=True, text=True)
    assert not checked.returncode, f"make them again with python screenshots/make.py: {checked.stderr}"


def test_a_picture_that_is_out_of_date_is_told(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "screenshots")
    picture = tmp_path / "screenshots/explorer-one-per-file-80x24.svg"
    picture.write_text(picture.read_text(encoding="utf-8").replace("Workflows", "Werkstroeme"), encoding="utf-8")
    make = [sys.executable, str(tmp_path / "screenshots/make.py"), "--check", picture.stem]
    checked = subprocess.run(make, cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 1
    assert checked.stderr.split()[-1] == picture.stem


def test_no_picture_is_left_over_and_the_documents_show_those_that_there_are() -> None:
    listed = subprocess.run([*MAKE, "--list"], cwd=ROOT, capture_output=True, text=True, check=True)
    there = {path.stem for path in FOLDER.glob("*.svg")}
    assert {name for name in there if not name.startswith("beside-editor")} == set(listed.stdout.split())
    shown = {Path(link).stem for document in DOCUMENTS for link in document.links if link.endswith(".svg")}
    assert shown
    assert shown <= there
