"""What scenarios have taken of workflows: as text, or in a format that a build shows beside the lines of definitions.

``lcov`` and ``cobertura`` know lines and branches: a trigger, a step, a transition or an error case is the line where
it begins, with the number of scenarios that have taken it; the transitions and error cases of a step are its branches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from pathlib import PurePath
from textwrap import wrap

from msgspec import Struct

from kustui import __version__
from kustui.analysis.flow import Edge
from kustui.check.reports import path_below
from kustui.definition.platform import TRIGGER_ID
from kustui.simulate.engine.history import Coverage, CoverageRatio, WorkflowCoverage
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.suite import ScenarioResult, coverage_of
from kustui.text.messages import counted
from kustui.text.terminal_safe import terminal_safe, to_json, xml_attribute

FORMATS = ("text", "json", "cobertura", "lcov")
_WIDTH = 80


class CoverageReport(Struct, frozen=True, dict=True):
    """The coverage of every workflow, those that no scenario runs included, over many scenarios."""

    coverage: Coverage
    hits: Mapping[str, Mapping[str, int]]
    """How many scenarios have taken a trigger, a step or an edge: by the key of the workflow and by the pointer."""
    folder: str
    """What the paths in a report start from."""
    timestamp: int = 0
    """Of the report, in seconds since 1970."""

    @classmethod
    def of(
        cls, results: Iterable[ScenarioResult], organisation: Organisation, folder: str, timestamp: int = 0
    ) -> CoverageReport:
        results = tuple(results)
        hits: dict[str, Counter[str]] = {}
        for result in results:
            for key, pointers in result.taken.items():
                hits.setdefault(key, Counter()).update(pointers)
        return cls(coverage_of(results, organisation, every=True), hits, folder, timestamp)

    @cached_property
    def workflows(self) -> tuple[_Workflow, ...]:
        return tuple(_Workflow(covered, self.hits.get(covered.analysis.key, {})) for covered in self.coverage.workflows)

    def path_of(self, workflow: _Workflow) -> str:
        """The path of its file."""
        return path_below(workflow.covered.analysis.document.path, self.folder)

    @property
    def by_file(self) -> Iterator[tuple[str, Sequence[_Workflow]]]:
        """The workflows of each file, in the order of the collection."""
        for path, workflows in groupby(self.workflows, self.path_of):
            yield path, tuple(workflows)


class _Node(Struct, frozen=True):
    """The trigger or a step, as a line with branches."""

    line: int
    hits: int
    edges: tuple[tuple[Edge, int, int], ...]
    """Its transitions and error cases, each with its line and how many scenarios have taken it."""

    @property
    def taken(self) -> int:
        """How many of its edges were taken."""
        return sum(hits > 0 for _, _, hits in self.edges)


class _Workflow(Struct, frozen=True, dict=True):
    """One workflow, by lines."""

    covered: WorkflowCoverage
    hits: Mapping[str, int]

    @property
    def title(self) -> str:
        return self.covered.analysis.title

    @property
    def runs(self) -> int:
        """How many scenarios run it."""
        trigger = self.covered.analysis.workflow.trigger
        return self._hits_of(trigger.pointer) if trigger is not None else max(self.hits.values(), default=0)

    def line_of(self, pointer: str) -> int:
        return self.covered.analysis.document.span(pointer).start.line

    @cached_property
    def line(self) -> int:
        return self.line_of(self.covered.analysis.entry.item.pointer)

    @cached_property
    def nodes(self) -> tuple[_Node, ...]:
        """The trigger, where there is one, and the steps, in flow order."""
        flow = self.covered.analysis.flow
        parts = [(step.id, step.pointer) for step in flow.order]
        if (trigger := self.covered.analysis.workflow.trigger) is not None:
            parts.insert(0, (TRIGGER_ID, trigger.pointer))
        return tuple(
            _Node(self.line_of(pointer), self._hits_of(pointer), tuple(self._edges_of(node))) for node, pointer in parts
        )

    def _edges_of(self, node: str) -> Iterator[tuple[Edge, int, int]]:
        for edge in self.covered.analysis.flow.declared_edges[node]:
            pointer = edge.transition.pointer
            yield edge, self.line_of(pointer), self._hits_of(pointer)

    def _hits_of(self, pointer: str) -> int:
        return self.hits.get(pointer.removeprefix(self.covered.analysis.entry.item.pointer), 0)

    @cached_property
    def lines(self) -> Mapping[int, int]:
        """How many scenarios have taken something on each line."""
        return lines_of((self,))

    @property
    def untaken(self) -> Iterator[tuple[str, str]]:
        """The steps that were never taken, and the edges of those that were: its name, and its pointer."""
        flow, never = self.covered.analysis.flow, set(self.covered.untaken_steps)
        for id_ in self.covered.untaken_steps:
            yield flow.name_of(flow.steps[id_]), flow.steps[id_].pointer
        for edge in self.covered.untaken_edges:
            if edge.source not in never:
                source = flow.name_of(flow.steps[edge.source]) if edge.source in flow.steps else "trigger"
                target = flow.name_of(flow.steps[edge.target]) if edge.target in flow.steps else edge.destination
                yield f"{source} to {target}", edge.transition.pointer


def lines_of(workflows: Iterable[_Workflow]) -> dict[int, int]:
    """How many scenarios have taken something on each line, in the order of the lines."""
    hits: dict[int, int] = {}
    for workflow in workflows:
        for node in workflow.nodes:
            for line, count in ((node.line, node.hits), *((line, count) for _, line, count in node.edges)):
                hits[line] = max(hits.get(line, 0), count)
    return dict(sorted(hits.items()))


# Text and JSON


def text(report: CoverageReport) -> Iterator[str]:
    """Each workflow with its shares and, by name and line, all that no scenario has taken of it."""
    coverage = report.coverage
    ran = sum(bool(workflow.hits) for workflow in report.workflows)
    yield f"coverage: {_share(coverage.steps, 'steps')}, {_share(coverage.edges, 'transitions')}"
    yield f", {ran} of {counted(len(coverage.workflows), 'workflow')} run\n"
    if not coverage.workflows:
        return
    yield "\n  steps  transitions\n"
    for path, workflows in groupby(report.workflows, lambda workflow: workflow.covered.analysis.document.path):
        yield f"{terminal_safe(path)}\n"
        for workflow in workflows:
            yield from _untaken(workflow)


def _untaken(workflow: _Workflow) -> Iterator[str]:
    shares = f"{_percent(workflow.covered.steps):>7}  {_percent(workflow.covered.edges):>11}"
    never = [f"{name} (line {workflow.line_of(pointer)})" for name, pointer in workflow.untaken]
    why = f": never {', '.join(never)}" if never else ""
    why = why if workflow.hits else " (no scenario runs it)"
    line = terminal_safe(f"{shares}  {workflow.title}{why}")
    for part in wrap(line, _WIDTH, subsequent_indent=" " * 24, break_on_hyphens=False):
        yield f"{part}\n"


def _percent(ratio: CoverageRatio) -> str:
    return f"{int(ratio.percent)} %" if ratio.total else "-"


def _share(ratio: CoverageRatio, noun: str) -> str:
    return f"{ratio.taken} of {ratio.total} {noun} ({_percent(ratio)})"


def json(report: CoverageReport) -> Iterator[str]:
    """The same as an object."""
    document = {
        "steps": _ratio(report.coverage.steps),
        "transitions": _ratio(report.coverage.edges),
        "workflows": [
            {
                "workflow": workflow.title,
                "file": report.path_of(workflow),
                "line": workflow.line,
                "scenarios": workflow.runs,
                "steps": _ratio(workflow.covered.steps),
                "transitions": _ratio(workflow.covered.edges),
                "never": [
                    {"name": name, "pointer": pointer, "line": workflow.line_of(pointer)}
                    for name, pointer in workflow.untaken
                ],
            }
            for workflow in report.workflows
        ],
    }
    yield f"{to_json(document, indent=2)}\n"


def _ratio(ratio: CoverageRatio) -> dict[str, int]:
    return {"taken": ratio.taken, "of": ratio.total}


# Cobertura


def cobertura(report: CoverageReport) -> Iterator[str]:
    """As coverage-04.dtd asks: a package for each folder, and a class for each workflow."""
    lines = [hits for _, workflows in report.by_file for hits in lines_of(workflows).values()]
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">\n'
    covered, branches = sum(hits > 0 for hits in lines), report.coverage.edges
    yield (
        f'<coverage {_rates(lines, branches)} lines-covered="{covered}" lines-valid="{len(lines)}"'
        f' branches-covered="{branches.taken}" branches-valid="{branches.total}" complexity="0"'
        f' version="kustui {__version__}" timestamp="{report.timestamp * 1000}">\n'
    )
    yield "  <sources>\n    <source>.</source>\n  </sources>\n  <packages>\n"
    folders: dict[str, list[tuple[str, _Workflow]]] = {}
    for path, workflows in report.by_file:
        folder = PurePath(path).parent.as_posix()
        folders.setdefault(folder, []).extend((path, workflow) for workflow in workflows)
    for folder, members in folders.items():
        hits = [count for _, workflow in members for count in workflow.lines.values()]
        edges = [workflow.covered.edges for _, workflow in members]
        total = CoverageRatio(sum(ratio.taken for ratio in edges), sum(ratio.total for ratio in edges))
        yield f'    <package name={xml_attribute(folder)} {_rates(hits, total)} complexity="0">\n      <classes>\n'
        for path, workflow in members:
            yield from _class(path, workflow)
        yield "      </classes>\n    </package>\n"
    yield "  </packages>\n</coverage>\n"


def _class(path: str, workflow: _Workflow) -> Iterator[str]:
    rates = _rates(workflow.lines.values(), workflow.covered.edges)
    name, file = xml_attribute(workflow.title), xml_attribute(path)
    yield f'        <class name={name} filename={file} {rates} complexity="0">\n'
    yield "          <methods/>\n          <lines>\n"
    branches: dict[int, CoverageRatio] = {}
    for node in workflow.nodes:
        if node.edges:
            ratio = CoverageRatio(node.taken, len(node.edges))
            branches[node.line] = branches.get(node.line, CoverageRatio(0, 0)).plus(ratio)
    for line, hits in workflow.lines.items():
        if line in branches:
            ratio = branches[line]
            share = f'branch="true" condition-coverage="{int(ratio.percent)}% ({ratio.taken}/{ratio.total})"'
        else:
            share = 'branch="false"'
        yield f'            <line number="{line}" hits="{hits}" {share}/>\n'
    yield "          </lines>\n        </class>\n"


def _rates(lines: Iterable[int], branches: CoverageRatio) -> str:
    lines = tuple(lines)
    line_rate = sum(hits > 0 for hits in lines) / len(lines) if lines else 1
    return f'line-rate="{line_rate:.4g}" branch-rate="{branches.percent / 100:.4g}"'


# LCOV


def lcov(report: CoverageReport) -> Iterator[str]:
    """As geninfo writes it: a section for each file, with its workflows as functions."""
    for path, workflows in report.by_file:
        yield f"TN:\nSF:{terminal_safe(path)}\n"
        names = _function_names(workflows)
        yield from (f"FN:{workflow.line},{name}\n" for name, workflow in names.items())
        yield from (f"FNDA:{workflow.runs},{name}\n" for name, workflow in names.items())
        yield f"FNF:{len(names)}\nFNH:{sum(workflow.runs > 0 for workflow in workflows)}\n"
        blocks: Counter[int] = Counter()
        edges = CoverageRatio(0, 0)
        for node in (node for workflow in workflows for node in workflow.nodes if node.edges):
            edges = edges.plus(CoverageRatio(node.taken, len(node.edges)))
            for number, (_, _, hits) in enumerate(node.edges):
                yield f"BRDA:{node.line},{blocks[node.line]},{number},{hits if node.hits else '-'}\n"
            blocks[node.line] += 1
        yield f"BRF:{edges.total}\nBRH:{edges.taken}\n"
        lines = lines_of(workflows)
        yield from (f"DA:{line},{hits}\n" for line, hits in lines.items())
        yield f"LF:{len(lines)}\nLH:{sum(hits > 0 for hits in lines.values())}\nend_of_record\n"


def _function_names(workflows: Iterable[_Workflow]) -> dict[str, _Workflow]:
    """Each workflow by a name that no other of its file has."""
    names: dict[str, _Workflow] = {}
    for workflow in workflows:
        name = terminal_safe(workflow.title)
        names[name if name not in names else f"{name} at line {workflow.line}"] = workflow
    return names


WRITERS: Mapping[str, Callable[[CoverageReport], Iterator[str]]] = {
    "text": text,
    "json": json,
    "cobertura": cobertura,
    "lcov": lcov,
}
