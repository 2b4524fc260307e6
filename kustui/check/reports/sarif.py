"""``sarif``: the Static Analysis Results Interchange Format, version 2.1.0 (OASIS), for code scanning."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from kustui import __version__
from kustui.check.problems import Problem, ProblemIdentities
from kustui.check.reports import CheckResult, ReportedFix, path_below
from kustui.check.rule import Rule, format_example
from kustui.check.rules import RULES
from kustui.config.severity import Severity
from kustui.definition.collection import Document
from kustui.definition.source.source import Extent, Source
from kustui.files import absolute
from kustui.groups import grouped
from kustui.text.terminal_safe import to_json

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def report(checked: CheckResult, *, colour: bool = False) -> Iterator[str]:
    reported = {problem.rule for problem in checked.problems}
    rules = [rule for name, rule in RULES.items() if name in reported]
    indices = {rule.name: index for index, rule in enumerate(rules)}
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "kustui",
                        "semanticVersion": __version__,
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_ROOT: _root(checked.folder)},
                "results": list(_results(checked, indices)),
            }
        ],
    }
    yield to_json(log, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    bad, good = format_example(rule.bad).rstrip(), format_example(rule.good).rstrip()
    text = f"Finds {rule.summary}. {rule.why}"
    if bad:
        titles = [title.capitalize() for title in rule.example_titles]
        text += f"\n\n{titles[0]}:\n{bad}\n\n{titles[1]}:\n{good}"
    return {
        "id": rule.name,
        "shortDescription": {"text": f"{rule.summary[:1].upper()}{rule.summary[1:]}."},
        "fullDescription": {"text": rule.why},
        "help": {"text": text, "markdown": rule.page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _results(checked: CheckResult, indices: dict[str, int]) -> Iterator[dict[str, Any]]:
    counts: Counter[str] = Counter()
    identities = ProblemIdentities(checked.folder)
    for problem in checked.problems:
        same = json.dumps([*identities.of(problem), problem.message])
        counts[same] += 1
        fingerprint = hashlib.sha256(f"{same}{counts[same]}".encode()).hexdigest()[:32]
        result: dict[str, Any] = {
            "ruleId": problem.rule,
            "level": _LEVELS[problem.severity],
            "message": {"text": f"{problem.message} ({problem.hint})" if problem.hint else problem.message},
            "locations": [_location(checked, problem)],
            "partialFingerprints": {"kustui/v1": fingerprint},
        }
        if problem.rule in indices:
            result["ruleIndex"] = indices[problem.rule]
        if notes := problem.notes:
            result["relatedLocations"] = [
                {
                    "id": number,
                    "message": {"text": related.message},
                    "physicalLocation": _physical(checked, related.document, related.where()),
                }
                for number, related in enumerate(notes, start=1)
            ]
        if fixes := [_fix(checked, fix) for fix in checked.fixes_of(problem)]:
            result["fixes"] = fixes
        yield result


def _fix(checked: CheckResult, fix: ReportedFix) -> dict[str, Any]:
    replacements = grouped(
        (edit.source, {"deletedRegion": _region(edit.source, edit.extent), "insertedContent": {"text": edit.text}})
        for edit in fix.edits
    )
    changes = [
        {"artifactLocation": _artifact(source.path, checked.folder), "replacements": own}
        for source, own in replacements.items()
    ]
    return {"description": {"text": fix.title}, "artifactChanges": changes}


def _location(checked: CheckResult, problem: Problem) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": _physical(checked, problem.document, problem.where())}
    names = [name for name in (problem.workflow_name, problem.step) if name]
    if names:
        location["logicalLocations"] = [{"name": names[-1], "fullyQualifiedName": "/".join(names)}]
    return location


def _physical(checked: CheckResult, document: Document, extent: Extent) -> dict[str, Any]:
    return {
        "artifactLocation": _artifact(document.source.path_of(extent), checked.folder),
        "region": _region(document.source, extent),
    }


def _region(source: Source, extent: Extent) -> dict[str, int]:
    start, end = source.span(extent)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def _artifact(path: str, folder: str) -> dict[str, str]:
    """A URI relative to the folder for files below it, otherwise absolute."""
    shown = path_below(path, folder)
    if PurePath(shown).is_absolute():
        return {"uri": PurePath(shown).as_uri()}
    try:
        name = os.fsencode(shown)  # the bytes of a name that is not UTF-8
    except UnicodeEncodeError:
        name = shown.encode(errors="surrogatepass")
    return {"uri": quote(name, safe="/"), "uriBaseId": _ROOT}


def _root(folder: str) -> dict[str, Any]:
    uri = PurePath(absolute(folder)).as_uri()
    return {"uri": f"{uri.rstrip('/')}/", "description": {"text": "the root of the repository"}}
