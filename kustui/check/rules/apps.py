"""Rules about what an app declares, what its workflows use of it and of other apps, and hard-coded ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from msgspec.structs import replace

from kustui.analysis.apps import app_of, declarations_of, general_name, is_range, is_readable_member, read_version
from kustui.analysis.collection_analysis import CollectionAnalysis
from kustui.analysis.uses import looks_random
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.analysis.workflow_summary import WorkflowSummary
from kustui.check.problems import Related
from kustui.check.rule import (
    Violation,
    Violations,
    app,
    called,
    collection_rule,
    schedule,
    step,
    to,
    workflow,
    workflow_rule,
)
from kustui.config.severity import Severity
from kustui.definition.collection import AppEntry, Document, Entry
from kustui.definition.platform import EVENTS, KUSTOMER_APP, PUBLISH_ACTION, TRIGGER_ID
from kustui.definition.source.outline import Shape
from kustui.definition.source.positions import escape
from kustui.text.messages import Names, Suggestion, closest, did_you_mean, quoted, suggested, suggestion

_WORD = re.compile(r"[\w-]{8,}", re.ASCII)
_PLACE_OF_AN_ID = re.compile(r"workflows?[/.]([\w-]+)", re.ASCII)
_BETWEEN_WORDS = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) in "_-")}

# Installation

_ID = "5f8e148232731d0015c14657"


def _reading(uri: str) -> object:
    """An app with a step that requests a URL."""
    asking = step("bC4", action="kustomer.rest-api.json", params={"uri": uri, "method": "GET"})
    return app(workflow("Watch", schedule("aB3", _ID, to("bC4")), asking), called("Remind", _ID, step("cD4")))


@workflow_rule(
    "hard-coded-id",
    Severity.WARNING,
    "the id of a workflow inside other text",
    "When an app is installed, each of its workflows gets a new id. Kustomer replaces the old one in "
    "workflowId and in eventName, and nowhere else: a URL with the old id leads nowhere.",
    bad=_reading(f"https://api.example.com/v1/workflows/{_ID}"),
    good=_reading("https://api.example.com/v1/workflows"),
)
def hard_coded_id(analysis: WorkflowAnalysis) -> Violations:
    by_id = analysis.collection.by_id
    if not by_id or analysis.document.shape is Shape.EXPORT or not _may_hold_id(analysis, by_id):
        return  # an exported workflow is already installed and keeps its id
    for pointer, node, value in _values(analysis):
        yield from _ids_in(analysis, value, pointer, node)


def _values(analysis: WorkflowAnalysis) -> Iterator[tuple[str, str, object]]:
    """The params of every step and the values of every condition: pointer, node and value."""
    for step_ in analysis.flow.steps.values():
        yield f"{step_.pointer}/params", step_.id, step_.params
    for node, edges in analysis.flow.declared_edges.items():
        for edge in edges:
            if (condition := edge.transition.condition) is not None:
                yield f"{edge.transition.pointer}/condition/values", node, condition.values


def _may_hold_id(analysis: WorkflowAnalysis, by_id: Mapping[str, Entry]) -> bool:
    """Whether any text of a workflow may contain an id among other text. Few do, so test all texts at once."""
    flow = analysis.flow
    texts = [
        text
        for strings in chain(flow.param_strings.values(), flow.condition_strings.values())
        for _, _, text in strings
        if " " in text or "{{" in text or ("/" in text and not text.startswith("/#"))
    ]
    # Translating and splitting takes half as long as a regular expression.
    words = " ".join(texts).encode("ascii", "replace").decode().translate(_BETWEEN_WORDS).split()
    return not by_id.keys().isdisjoint(words)


def _id_spans(text: str, by_id: Mapping[str, Entry]) -> list[tuple[int, int]]:
    """The spans of workflow ids in a text: words that look random, and words where a path expects an id."""
    spans = {
        word.span() for word in _WORD.finditer(text) if word[0] in by_id and looks_random(word[0]) and word[0] != text
    }
    if "workflow" in text:
        spans |= {place.span(1) for place in _PLACE_OF_AN_ID.finditer(text) if place[1] in by_id}
    return sorted(spans)


def _ids_in(analysis: WorkflowAnalysis, value: object, pointer: str, node: str) -> Violations:
    by_id = analysis.collection.by_id
    pending = [(pointer, value)]
    while pending:
        at, part = pending.pop()
        if isinstance(part, str):
            for start, end in _id_spans(part, by_id):
                entry = by_id[part[start:end]]
                yield Violation(
                    at,
                    f'hard-coded id of "{entry.title}": installing the app changes the id, but not here',
                    "name the workflow in a workflowId, or read its id from an input",
                    node,
                    (start, end),
                    related=(
                        Related("the workflow", analysis.collection.document_of(entry), f"{entry.item.pointer}/id"),
                    ),
                )
        elif isinstance(part, dict):
            # An eventName is rewritten with the workflow it names [spec].
            pending.extend((f"{at}/{escape(key)}", member) for key, member in part.items() if key != "eventName")
        elif isinstance(part, list | tuple):
            pending.extend((f"{at}/{index}", element) for index, element in enumerate(part))


# Apps

_HOOK = {"eventName": "kustomer.app.sample.order.create", "type": "web"}


def _using(version: str, *dependencies: str) -> object:
    return app(workflow("Ask", step("aB3", appVersion=version)), dependencies=list(dependencies))


# Events.


@workflow_rule(
    "unknown-event",
    Severity.WARNING,
    "an event of this app that none of its hooks or triggers declares, or a mistyped one of Kustomer's own",
    "A workflow that waits for an event that nothing sends never starts.",
    bad=app(workflow("Greet", step("aB3"), event="kustomer.app.sample.order.created"), hooks=[_HOOK]),
    good=app(workflow("Greet", step("aB3"), event="kustomer.app.sample.order.create"), hooks=[_HOOK]),
)
def unknown_event(analysis: WorkflowAnalysis) -> Violations:
    trigger = analysis.workflow.trigger
    if trigger is not None and not trigger.callable and (near := _near_event(trigger.event_name)):
        message = f"no object has the event {quoted(trigger.event_name)}"
        yield Violation(f"{trigger.pointer}/eventName", message, did_you_mean(near), TRIGGER_ID)
    declared = declarations_of(analysis.document, analysis.app) if analysis.app is not None else None
    if declared is None or declared.events is None:
        return
    for node, place, event in _events(analysis):
        name = declared.own_name(event)
        if name is not None and name not in declared.events:
            yield Violation(
                place,
                f'no hook or trigger of the app "{declared.app}" declares the event "{name}"',
                suggestion(name, declared.event_names, "events of this app").within(event, name),
                node,
            )


_OBJECTS, _VERBS = ({event.split(".")[at] for event in EVENTS} for at in (1, 2))


def _near_event(event: str) -> str:
    """The event of an object that was probably intended by one that is none of them: ``kustomer.conversation.update``
    for ``kustomer.conversations.updated``. Empty where it may be another, as the list may be incomplete."""
    if f"kustomer.{event}" in EVENTS:
        return f"kustomer.{event}"
    first, _, rest = event.partition(".")
    of, _, verb = rest.rpartition(".")
    is_custom = of.startswith("kobject.") and of.count(".") == 1
    object_ = of if is_custom or of in _OBJECTS else closest(of, _OBJECTS)
    verb = verb if verb in _VERBS else closest(verb, _VERBS)
    near = f"kustomer.{object_}.{verb}"
    return near if first == "kustomer" and object_ and verb and near != event else ""


def _events(analysis: WorkflowAnalysis) -> Iterator[tuple[str, str, str]]:
    """The event that starts a workflow and those that it publishes: node, place and name."""
    if (trigger := analysis.workflow.trigger) is not None:
        yield TRIGGER_ID, f"{trigger.pointer}/eventName", trigger.event_name
    for step_ in analysis.flow.steps.values():
        if step_.action == PUBLISH_ACTION and isinstance(name := step_.params.get("name"), str) and "{{" not in name:
            yield step_.id, f"{step_.pointer}/params/name", name


# Names and versions.

_DIVIDED = re.compile(r"[\s-]+")
_VERSION_OF_AN_APP = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*)?"
    r"(\+[\dA-Za-z-]+(\.[\dA-Za-z-]+)*)?",
    re.ASCII,
)
"""As semver.org has it."""
_WITHOUT_DASH = re.compile(r"([A-Za-z_]\w*+)[@\s:]*([\^~<>=]?.*\d.*)", re.ASCII)
"""A range behind a name, whatever is between them."""
_BEGINS_LIKE_A_VERSION = re.compile(r"\s*+[vV=^~]?\s*+(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?\s*", re.ASCII)


@collection_rule(
    "app-name",
    Severity.WARNING,
    "an app with a dash or a blank in its name",
    "In dependencies and appVersion a dash ends the name of the app, and the tool of Kustomer that packs apps refuses "
    "such a name.",
    bad=app(workflow("Greet", step("aB3")), app="sample-app"),
    good=app(workflow("Greet", step("aB3")), app="sample_app"),
)
def app_name(analysis: CollectionAnalysis) -> Violations:
    for document, app_ in analysis.collection.apps:
        name = app_.app.app
        if _DIVIDED.search(name):
            key = "app" if "app" in app_.item.members else "name"
            better = _DIVIDED.sub("_", name.strip()).strip("_")
            message = f'the app "{name}" has a {"dash" if "-" in name else "blank"} in its name'
            hint = Suggestion(f'call it "{better}"', better) if better else ""
            yield Violation(f"{app_.item.pointer}/{key}", message, hint, document=document)


@collection_rule(
    "app-version",
    Severity.WARNING,
    "an app whose version is not a full semantic version",
    "Kustomer compares the versions of an app to tell which one is newer. It expects three numbers, such as 1.4.0, and "
    "possibly a pre-release: 1.4.0-beta.1.",
    bad=app(workflow("Greet", step("aB3")), version="1.4"),
    good=app(workflow("Greet", step("aB3")), version="1.4.0"),
)
def app_version(analysis: CollectionAnalysis) -> Violations:
    for document, app_ in analysis.collection.apps:
        version = app_.app.version
        if "version" not in app_.app.given or _VERSION_OF_AN_APP.fullmatch(version):
            continue
        numbers = _BEGINS_LIKE_A_VERSION.fullmatch(version)
        better = ".".join(str(int(number or 0)) for number in numbers.groups()) if numbers else "1.0.0"
        message = f'"{version}" is not a full semantic version'
        hint = Suggestion(f'write "{better}"', better, is_certain=True)
        if not numbers:
            hint = Suggestion(f'write three numbers, such as "{better}"')
        yield Violation(f"{app_.item.pointer}/version", message, hint, document=document)


def _app_versions(
    analysis: CollectionAnalysis, document: Document, app: AppEntry | None
) -> Iterator[tuple[str, str, str, WorkflowSummary]]:
    """Each ``appVersion`` where an app, or a file outside of its apps, has it first: text, place, step and workflow."""
    seen: set[str] = set()
    for entry in document.entries_by_app.get(app, ()):
        summary = analysis.summaries[entry.key]
        for text, (place, step_) in summary.app_versions.items():
            if text not in seen:
                seen.add(text)
                yield text, place, step_, summary


@collection_rule(
    "undeclared-dependency",
    Severity.WARNING,
    "an app that a step's appVersion names but that is not in dependencies",
    "Kustomer installs the dependencies together with the app. An app that is not listed there may be missing in "
    "the organisation. Only kustomer, which every organisation has, need not be listed.",
    bad=_using("scheduler-^1.0.1", "kustomer-^1.4.8"),
    good=_using("scheduler-^1.0.1", "kustomer-^1.4.8", "scheduler-^1.0.1"),
)
def undeclared_dependency(analysis: CollectionAnalysis) -> Violations:
    for document, app_ in analysis.collection.apps:
        if not is_readable_member(document, app_, "dependencies"):
            continue
        place = f"{app_.item.pointer}/dependencies"
        related = (Related("its dependencies", document, place),) if app_.app.dependencies else ()
        declared = {app_of(text) for text in app_.app.dependencies}
        names = Names(declared)
        known = {general_name(name) for name in (*declared, app_.app.app, KUSTOMER_APP)}
        for text, at, step_, summary in _app_versions(analysis, document, app_):
            version = read_version(text)
            if version is None or general_name(version.app) in known:
                continue
            known.add(general_name(version.app))
            near = suggested(version.app, names)._replace(is_certain=False)  # it may as well be missing there
            if near.intended is None:
                near = Suggestion(f'add "{text}" to dependencies', is_certain=True)
            yield Violation(
                at,
                f'"{version.app}" is used but is not in dependencies',
                near.within(text, version.app),
                step_,
                related=related,
                entry=summary.entry,
            )


@collection_rule(
    "invalid-version-range",
    Severity.WARNING,
    "a version in dependencies or an appVersion that cannot be read",
    "The format is <app>-<range>, with a range as in npm: ^1.4.8, ~1.4, >=1.4.8 <2, 1.x.",
    bad=_using("kustomer-^1.4,8", "kustomer-^1.4.8"),
    good=_using("kustomer-^1.4.8", "kustomer-^1.4.8"),
)
def invalid_version_range(analysis: CollectionAnalysis) -> Violations:
    parts = ((document, app_) for document in analysis.collection.documents for app_ in (*document.apps, None))
    for document, app_ in parts:
        reported: set[str] = set()
        if app_ is not None and is_readable_member(document, app_, "dependencies"):
            for index, text in enumerate(app_.app.dependencies):
                if read_version(text) is None:
                    reported.add(text)
                    place = f"{app_.item.pointer}/dependencies/{index}"
                    yield _unreadable(text, Violation(place, "", document=document))
        for text, place, step_, summary in _app_versions(analysis, document, app_):
            if text and text not in reported and read_version(text) is None:
                yield _unreadable(text, Violation(place, "", step=step_, entry=summary.entry))


def _unreadable(text: str, at: Violation) -> Violation:
    """The violation ``at``, with a message about the version in ``text``."""
    name, dash, range_ = text.partition("-")
    if not dash or not name:
        parts = _WITHOUT_DASH.fullmatch(text)
        intended = f"{parts[1]}-{parts[2]}" if parts and is_range(parts[2]) else None
        hint = Suggestion("write <app>-<range>: kustomer-^1.4.8", intended, is_certain=intended is not None)
        return replace(at, message=f'no version range in "{text}"', hint=hint)
    with_dots = range_.replace(",", ".")
    hint = Suggestion(
        "write it like ^1.4.8", with_dots if is_range(with_dots) else None, is_certain=is_range(with_dots)
    )
    message = f'invalid version range "{range_}"'
    return replace(at, message=message, hint=hint, within=(len(name) + 1, max(len(text), 1)))
