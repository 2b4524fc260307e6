"""What other tools draw: taken by the tools themselves, with every name as it was written."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pydot
import pytest

from kustui.diagrams.formats.graph_languages import dot, mermaid
from kustui.diagrams.formats.svg import svg
from kustui.text.terminal_safe import terminal_safe
from tests.support.diagrams import hostile_diagram_sets, sample_diagram_sets
from tests.support.trees import SAMPLE_PATHS

if TYPE_CHECKING:
    from kustui.diagrams.diagram import DiagramSet

NODE_MODULES = os.environ.get("KUSTUI_NODE_MODULES", "")
SMALL_SAMPLES = [name for name in SAMPLE_PATHS if name != "organisation-export.json"]
SHEETS = [pytest.param(name, id=name) for name in (*SMALL_SAMPLES, "hostile")]
SVG = "{http://www.w3.org/2000/svg}"


def diagram_sets(name: str) -> tuple[DiagramSet, ...]:
    return hostile_diagram_sets() if name == "hostile" else sample_diagram_sets(name)


def names_in(diagram_set: DiagramSet) -> list[str]:
    return [terminal_safe(node.name) for diagram in diagram_set.diagrams for node in diagram.nodes]


# DOT


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pydot's own use of its parser
@pytest.mark.parametrize("name", SHEETS)
def test_dot_is_dot_with_every_vertex_and_edge(name: str) -> None:
    for diagram_set in diagram_sets(name):
        graphs = pydot.graph_from_dot_data("".join(dot(diagram_set)))
        assert graphs is not None
        (graph,) = graphs
        clusters = [graph, *graph.get_subgraphs()]
        nodes = [node for each in clusters for node in each.get_nodes() if node.get_name() not in ("node", "edge")]
        edges = [edge for each in clusters for edge in each.get_edges()]
        assert len(nodes) == sum(len(diagram.nodes) for diagram in diagram_set.diagrams)
        inside = sum(len(diagram.edges) for diagram in diagram_set.diagrams)
        assert inside <= len(edges) <= inside + len(diagram_set.schedule_edges)


def graphviz(form: str, diagram_set: DiagramSet) -> bytes:
    """What it draws; it complains about nothing."""
    done = subprocess.run(
        ["dot", f"-T{form}"], input="".join(dot(diagram_set)).encode(), capture_output=True, check=True
    )
    assert done.stderr == b""
    return done.stdout


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_takes_every_sample_and_shows_names_as_they_are() -> None:
    for name in (*SAMPLE_PATHS, "hostile"):
        for diagram_set in diagram_sets(name)[:1] if name == "organisation-export.json" else diagram_sets(name):
            assert graphviz("plain", diagram_set), name
    drawing = ElementTree.fromstring(graphviz("svg", hostile_diagram_sets()[1]))
    told = [" ".join((text.text or "").split()) for text in drawing.iter(f"{SVG}text")]
    for each in names_in(hostile_diagram_sets()[1]):
        assert " ".join(each.split()) in told or not each.strip()


# Mermaid


def parsed(texts: list[str]) -> list[dict[str, list[str]]]:
    if not NODE_MODULES or shutil.which("node") is None:
        pytest.skip("KUSTUI_NODE_MODULES names no folder with Mermaid and jsdom in it")
    script = Path(__file__).with_name("parse_mermaid.cjs")
    done = subprocess.run(
        ["node", str(script)], input=json.dumps(texts).encode(), capture_output=True, check=True, timeout=300
    )
    found: list[dict[str, list[str]]] = json.loads(done.stdout)
    return found


def as_drawn(text: str) -> str:
    """What Mermaid makes of its own notation for entities."""
    return html.unescape(text.replace("ﬂ°°", "&#").replace("ﬂ°", "&").replace("¶ß", ";"))


def test_mermaid_takes_every_sample() -> None:
    told = [
        ("".join(mermaid(diagram_set)), name, diagram_set)
        for name in (*SAMPLE_PATHS, "hostile")
        for diagram_set in diagram_sets(name)
    ]
    for (_, name, diagram_set), answer in zip(told, parsed([text for text, _, _ in told]), strict=True):
        assert not answer["fault"], name
        assert len(answer["vertices"]) >= sum(len(diagram.nodes) for diagram in diagram_set.diagrams)
        assert len(answer["edges"]) >= sum(len(diagram.edges) for diagram in diagram_set.diagrams)


def test_mermaid_shows_names_as_they_are() -> None:
    diagram_set = hostile_diagram_sets()[1]
    (answer,) = parsed(["".join(mermaid(diagram_set))])
    told = {as_drawn(re.split("<br ?/?>", text)[0]) for text in answer["vertices"]}
    for name in names_in(diagram_set):
        assert name in told or not name.strip()


@pytest.mark.parametrize("name", SHEETS)
def test_no_name_ends_its_quotes_in_mermaid(name: str) -> None:
    for diagram_set in diagram_sets(name):
        for line in "".join(mermaid(diagram_set)).splitlines()[1:]:
            assert re.fullmatch(
                r' *(w\d+n\d+(\(\[|\{\{|\[/|>|\[)"[^"`<>&|\[\]{}%:]*(<br/>[^"`<>&|\[\]{}%:]*)*"(\]\)|\}\}|/\]|\])'
                r"(:::last)?"
                r'|w\d+n\d+ (-->|-\.->|==>)(\|"[^"`<>&|\[\]{}%:]*"\|)? w\d+(n\d+)?'
                r'|subgraph w\d+\["[^"`<>&|\[\]{}%:]*"\]|end|classDef last stroke-width:4px)',
                line,
            ), line


# SVG


@pytest.mark.parametrize("name", SHEETS)
def test_svg_is_xml_with_every_name_in_it(name: str) -> None:
    for diagram_set in diagram_sets(name)[:2]:
        drawing = ElementTree.fromstring("".join(svg(diagram_set)))
        told = [text.text or "" for text in drawing.iter(f"{SVG}text")]
        assert {element.tag.removeprefix(SVG) for element in drawing.iter()} <= {
            "svg", "rect", "defs", "marker", "path", "g", "text", "title",
        }  # fmt: skip
        titles = [title.text or "" for title in drawing.iter(f"{SVG}title")]
        assert len(titles) == sum(len(diagram.nodes) for diagram in diagram_set.diagrams)
        written = "".join("".join(told).split())
        for name in names_in(diagram_set):
            assert "".join(name.split()) in written, "no name is cut"
            assert any(name.split("…")[0] in title for title in titles), "a viewer shows it under the pointer"


def test_what_svg_cuts_is_whole_under_the_pointer() -> None:
    drawing = "".join(svg(diagram_sets("orders.json")[0]))
    titles = [title.text or "" for title in ElementTree.fromstring(drawing).iter(f"{SVG}title")]
    (title,) = (title for title in titles if title.startswith("● Create the customer"))
    assert 'name = "{attributes.data.order.firstName} {attributes.data.order.lastName}", emails = [{"type"' in title
    assert "…" not in title
