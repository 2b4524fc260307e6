"""What changed in an app definition beside its workflows: version, dependencies, settings, actions, events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kustui.analysis.apps import AppVersion, read_version
from kustui.definition.collection import AppEntry, Document
from kustui.definition.source.json_values import decoded
from kustui.definition.values import MISSING
from kustui.review.part_changes import (
    Changes,
    Owner,
    PartChange,
    Place,
    as_objects,
    differing_members,
    named,
    sentence,
    shown,
)
from kustui.review.schema_changes import SchemaComparison
from kustui.review.value_changes import Identities, ValueComparison

_LISTS = {
    "actions": ("action", ("name",)),
    "commands": ("command", ("name",)),
    "hooks": ("event", ("eventName", "name")),
    "triggers": ("event", ("eventName", "name")),
    "klasses": ("klass", ("name",)),
    "kviews": ("kview", ("name",)),
    "outboundWebhooks": ("webhook", ("name",)),
}
"""What is in the lists of an app definition, and by which keys each of it is known."""
_SCHEMAS = {"inputSchema": ("input", "takes"), "outputSchema": ("output", "gives")}


def app_changes(old: AppEntry, new: AppEntry) -> tuple[PartChange, ...]:
    """What changed in an app."""
    try:
        return tuple(_AppComparison(old, new).changes())
    except RecursionError:
        owner = _owner(new)
        words = sentence("{} changed, but it is nested too deep to say where", owner.subject)
        return (owner.change("app", Place("", old.item.pointer), Place("", new.item.pointer), words),)


def paired_apps(old: Document | None, new: Document | None) -> Iterator[tuple[AppEntry | None, AppEntry | None]]:
    """The apps of a file in both states: those of the same name, and the only ones that are left."""
    olds = {app.item.name: app for app in (old.apps if old is not None else ())}
    news = {app.item.name: app for app in (new.apps if new is not None else ())}
    gone, came = (
        [app for name, app in one.items() if name not in other] for one, other in ((olds, news), (news, olds))
    )
    renamed = len(gone) == len(came) == 1
    yield from ((app, news[name]) for name, app in olds.items() if name in news)
    if renamed:
        yield gone[0], came[0]
    else:
        yield from ((app, None) for app in gone)
        yield from ((None, app) for app in came)


def _owner(app: AppEntry) -> Owner:
    name = app.app.title or app.item.name
    return Owner(name, "", sentence("the app {}", named(name)) if name else (("the app", ""),))


class _AppComparison:
    def __init__(self, old: AppEntry, new: AppEntry) -> None:
        self._old, self._new = _value(old), _value(new)
        self._owner = _owner(new)
        self._values = ValueComparison(Identities())
        self._same = self._values.identities.same

    def changes(self) -> Changes:
        for key, old, new in differing_members(self._old, self._new, self._same, {"workflows"}):
            if key == "version" and isinstance(old.value, str) and isinstance(new.value, str):
                words = sentence(
                    "{} has the version {} instead of {}", self._owner.subject, shown(new.value), shown(old.value)
                )
                yield self._owner.change("version", old, new, words)
            elif key == "dependencies" and _is_texts(old) and _is_texts(new):
                yield from self._dependencies(old, new)
            elif key == "settings" and (settings := as_objects(old, new)):
                yield from self._settings(*settings)
            elif (
                key in _LISTS and (parts := _by_name(old, key)) is not None and (now := _by_name(new, key)) is not None
            ):
                yield from self._parts(key, parts, now, old, new)
            else:
                yield from self._values.of(self._owner, "value", key, old, new)

    def _dependencies(self, old: Place, new: Place) -> Changes:
        olds, news = _versions(old), _versions(new)
        subject = self._owner.subject
        for app in {**olds, **news}:
            before, after = olds.get(app), news.get(app)
            if before == after:
                continue
            if before is None:
                words = sentence("{} depends on {} now", subject, shown(after or app))
            elif after is None:
                words = sentence("{} no longer depends on {}", subject, shown(before))
            else:
                words = sentence("{} depends on {} instead of {}", subject, shown(after), shown(before))
            one, other = (
                place.at(list(place.value).index(text)) if text is not None else Place(MISSING, place.pointer)
                for place, text in ((old, before), (new, after))
            )
            yield self._owner.change("dependency", one, other, words)
        if olds == news and len(olds) != len(old.value if old.is_there else ()):
            yield from self._values.of(self._owner, "value", "dependencies", old, new)

    def _settings(self, old: Place, new: Place) -> Changes:
        for category, one, other in differing_members(old, new, self._same):
            if (objects := as_objects(one, other)) is None:
                yield from self._values.of(self._owner, "setting", category, one, other)
                continue
            for name, before, after in differing_members(*objects, self._same):
                yield from self._part("setting", f"{category}.{name}", before, after)

    def _parts(self, key: str, olds: Mapping[str, Place], news: Mapping[str, Place], old: Place, new: Place) -> Changes:
        noun = _LISTS[key][0]
        for name in {**olds, **news}:
            one, other = olds.get(name, Place(MISSING, old.pointer)), news.get(name, Place(MISSING, new.pointer))
            if not self._same(one.value, other.value):
                yield from self._part(noun, name, one, other)
        if not olds and not news:
            yield from self._values.of(self._owner, "value", key, old, new)

    def _part(self, noun: str, name: str, old: Place, new: Place) -> Changes:
        if not old.is_there or not new.is_there:
            template = "{} has the {} {} now" if new.is_there else "{} no longer has the {} {}"
            words = sentence(template, self._owner.subject, ((noun, ""),), named(name))
            yield self._owner.change(noun, old, new, words)
            return
        owner = self._owner._replace(subject=sentence(f"the {noun} {{}}", named(name)))
        if (objects := as_objects(old, new)) is None:
            yield from self._values.of(self._owner, noun, name, old, new)
            return
        for key, one, other in differing_members(*objects, self._same):
            if key in _SCHEMAS:
                yield from SchemaComparison(self._values, owner, *_SCHEMAS[key], f"{key}.").changes(one, other)
            else:
                yield from self._values.of(owner, "value", key, one, other)


def _value(app: AppEntry) -> Place:
    """What an app definition says beside its workflows. Raises RecursionError."""
    members: dict[str, Any] = {}
    for key, (start, end) in app.item.members.items():
        if key != "workflows":
            members[key] = decoded(app.source.data[start:end])
    return Place(members, app.item.pointer)


def _is_texts(place: Place) -> bool:
    is_list = isinstance(place.value, list) and all(isinstance(text, str) for text in place.value)
    return is_list or not place.is_there


def _versions(dependencies: Place) -> dict[str, str]:
    """The dependencies by the app that they name."""
    texts = dependencies.value if dependencies.is_there else []
    versions = {text: read_version(text) or AppVersion(text, "") for text in texts}
    return {version.app: text for text, version in versions.items()}


def _by_name(parts: Place, key: str) -> dict[str, Place] | None:
    """The parts in a list of an app by their names; None where one has no name, or that of another."""
    if not parts.is_there:
        return {}
    if not isinstance(parts.value, list):
        return None
    names = [_name(place, _LISTS[key][1]) for place in parts.elements]
    by_name = {name: place for name, place in zip(names, parts.elements, strict=True) if name}
    return by_name if len(by_name) == len(names) else None


def _name(place: Place, keys: tuple[str, ...]) -> str:
    value = place.value if isinstance(place.value, dict) else {}
    return next((name for key in keys if isinstance(name := value.get(key), str) and name), "")
