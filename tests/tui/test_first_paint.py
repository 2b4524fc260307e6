"""What is done before something is first seen: nothing twice, and nothing for what nobody sees yet."""

from __future__ import annotations

import subprocess
import sys

from tests.tui.cases import SAMPLES

CODE = """
import asyncio, sys
from textual.css.stylesheet import Stylesheet
from kustui.opening import Opening
from kustui.tui.app import Kustui

styled, update_nodes = [], Stylesheet.update_nodes

def counted(self, nodes, animate=False):
    found = list(nodes)
    styled.append(len(found))
    update_nodes(self, found, animate)

Stylesheet.update_nodes = counted

async def painted():
    async with Kustui(Opening([sys.argv[1]])).run_test(size=(80, 24)):
        print(sum(number > 5 for number in styled), "wcwidth" in sys.modules)

asyncio.run(painted())
"""


def test_all_panes_are_styled_at_most_once_again_and_no_table_of_widths_is_read_before_the_first_paint() -> None:
    path = SAMPLES / "scheduling-pair.json"
    done = subprocess.run([sys.executable, "-c", CODE, path], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]
