"""What kustui takes for granted of Kustomer, each fact written down once: its limits, ids, actions and events."""

from __future__ import annotations

import re
from functools import lru_cache

TRIGGER_ID = "1"
"""The step id under which a trigger's output is read, whatever the trigger calls itself [docs]."""

WINDOW_MINUTES = 15
RUNS_PER_WINDOW = 1_000
"""Scheduled runs of an organisation that begin within a window; the others wait for the next [docs]."""

RELATIVE_UNIT_MINUTES = 1
"""What one unit of a relative ``runAt`` is [assumed]."""

KUSTOMER_APP = "kustomer"
"""The app with the built-in actions and events, which every organisation has [docs]."""
SCHEDULE_ACTION = "kustomer.app.scheduler.schedule-workflow"
"""The action that schedules another workflow [spec]."""
PUBLISH_ACTION = "kustomer.event.publish"
"""The action that makes an event happen."""
REGEX_ACTION = "kustomer.regex-match.generic"
"""The action that looks for a regular expression in a text."""
TRANSFORM_ACTION = "kustomer.transform.generic"
"""The action that gives its params back under ``output`` [seen]."""
COMPUTED_ACTIONS = (REGEX_ACTION, TRANSFORM_ACTION)
"""The actions whose output can be worked out from their params."""
REST_ACTIONS = ("kustomer.rest-api.generic", "kustomer.rest-api.json")
"""The actions that call an API and answer ``{response: {statusCode}, body}`` [seen]."""

CONTINUE, RETRY_STEP, RETRY_WORKFLOW = "continue", "retry-action", "retry-workflow"
ERROR_ACTIONS = {
    "continue": "continue",
    "retry-action": "retry the step",
    "retry-workflow": "retry the workflow",
    "stop-processing": "stop the run",
}
"""What an error case without a target can do instead, by its ``errorAction.type``, in words [api]."""

_ACTIONS = {
    "company": "create find find-by-external-id update",
    "conversation": "append-tags assign-team assign-user create find-body find-by-external-id find-by-id remove-tags "
    "update",
    "customer": "append-email append-phone create find find-by-email find-by-external-id find-by-facebook-id "
    "find-by-instagram-id find-by-phone find-by-smooch-id find-by-twitter-id find-by-whatsapp merge update",
    "klass": "create find-by-klassname",
    "kobject": "add-relationship create create-with-customer delete find find-by-external-id update",
    "message": "create find-by-external find-by-id find-last update",
    "note": "create find-by-external find-by-id update",
    "user": "find-by-email find-by-id",
    "command": "run-by-name", "event": "publish", "org": "current", "regex-match": "generic",
    "responsive-workflow": "respond", "rest-api": "generic json", "transform": "generic",
}  # fmt: skip
ACTIONS = (*(f"kustomer.{of}.{verb}" for of, verbs in _ACTIONS.items() for verb in verbs.split()), SCHEDULE_ACTION)
"""The actions of the platform that have been met in public [seen]; there are more."""
_OBJECTS = ("company", "conversation", "customer", "message", "note")
EVENTS = tuple(f"kustomer.{of}.{verb}" for of in _OBJECTS for verb in ("create", "update"))
"""The events of the platform's own objects [docs]; those of custom objects, apps and hooks have names of their own."""

WORKFLOW_KEYS = ("trigger", "steps")
"""One of these is in every workflow [docs]."""
APP_KEYS = frozenset({
    "app", "version", "title", "identifier", "visibility", "description", "instructions", "iconUrl",
    "screenshots", "appDetails", "tags", "changelog", "dependencies", "roles", "env", "url", "clientId",
    "clientSecret", "default", "system", "installUrl", "setupUrl", "postInstallMessage", "meta", "settings",
    "settingsPageConfig", "auth", "klasses", "kviews", "widgets", "hooks", "triggers", "actions",
    "workflows", "commands", "shortcuts", "outboundWebhooks", "inboundHookUris", "dataSubscriptions",
    "redirectUris", "i18n",
})  # fmt: skip
"""The known keys of an app definition [docs] [seen]; there may be more."""
DISTINCTIVE_APP_KEYS = APP_KEYS - {
    "app", "version", "identifier", "description", "tags", "env", "url", "clientId", "clientSecret", "default",
    "system", "meta",
}  # fmt: skip
"""Those that hardly any other object with an ``app`` has: the record of a release, say, or a message."""

OBJECT_EVENT = re.compile(rf"kustomer\.(?:{'|'.join(_OBJECTS)}|kobject\.[^.]+)\.\w+")
"""The events of objects, whose output are the fields of the object [docs]."""
ANSWERS_OBJECT = re.compile(rf"kustomer\.(?:{'|'.join((*_OBJECTS, 'klass', 'kobject', 'org', 'user'))})\.")
"""What the actions begin with whose output are the fields of an object [docs]."""
_CALL_EVENT = re.compile(r"kustomer\.workflow\.(.+)\.call", re.DOTALL)


def call_event(workflow_id: str) -> str:
    """The event that starts a callable workflow: ``kustomer.workflow.<id>.call`` [spec]."""
    return f"kustomer.workflow.{workflow_id}.call"


def called_id(event_name: str) -> str | None:
    """The id of the callable workflow that an event starts; None for any other event."""
    match = _CALL_EVENT.fullmatch(event_name)
    return match[1] if match else None


_OF_AN_APP = re.compile(r"kustomer\.app\.([^.]+)\.(.+)", re.DOTALL)


def name_in_app(app: str, name: str) -> str:
    """The action or event of an app as workflows name it: ``kustomer.app.<app>.<name>`` [docs]."""
    return f"kustomer.app.{app.lower()}.{name}"


def app_and_name(name: str) -> tuple[str, str]:
    """The app of an action or event that an app declares, and what it is called there; empty ones for any other."""
    match = _OF_AN_APP.fullmatch(name)
    return (match[1], match[2]) if match is not None else ("", "")


def short_name(name: str) -> str:
    """An action or event without what all begin with: ``rest-api.json`` for ``kustomer.rest-api.json``."""
    return name.removeprefix("kustomer.").removeprefix("app.")


# What a step causes beyond its workflow: our reading of the vendor's warning of workflows that start themselves. All of
# it is [assumed].

_ANY_OBJECT = "|".join((*_OBJECTS, "kobject"))
_WRITE = re.compile(
    rf"kustomer\.({_ANY_OBJECT})\.(?:(create)(?:-with-customer)?|update|merge|(?:append|remove|assign)-[a-z-]+)"
)
_CALL_ADDRESS = re.compile(r"/v1/workflows/(?:([\w-]+)|[^/?#]*\{\{[^/?#]*)/call\b")
FIELDS_OF_ACTIONS = {
    "append-tags": "tags", "remove-tags": "tags", "assign-team": "assignedTeams", "assign-user": "assignedUsers",
    "append-email": "emails", "append-phone": "phones",
}  # fmt: skip
"""The field that an action writes whose params do not name it, by the last word of its name [assumed]."""
FIELDS_OF_LISTS = ("append-tags", "remove-tags", "assign-team", "assign-user")
"""Of these, those whose params are elements of the list."""
FIELDS_OF_OBJECTS = {
    "conversation": ("status", "priority", "assignedUsers", "tags", "name"), "customer": ("name", "emails", "phones"),
    "message": ("preview", "status"), "note": ("body",), "company": ("name", "emails"), "kobject": ("title",),
}  # fmt: skip
"""Fields of each object that a trigger may ask about [seen]."""
KEYS_OF_OBJECT = frozenset({"id", "klass", "klassName"})
"""The params of a writing action that say which object it writes [seen]."""
FIELDS_OF_EVERY_WRITE = frozenset({"updatedAt", "modifiedAt", "modifiedBy", "rev", "lastActivityAt"})
"""What changes whatever is written [assumed]."""


def written_event(action: str, klass: object) -> str:
    """The event of an action that writes an object: ``kustomer.conversation.update`` [assumed]. Empty for any other
    action, and where the class of a custom object is not written down."""
    object_, event = _write_of(action)
    if object_ != "kobject":
        return f"kustomer.{object_}.{event}" if object_ else ""
    return f"kustomer.kobject.{klass}.{event}" if isinstance(klass, str) and klass.isidentifier() else ""


@lru_cache(maxsize=1_024)  # the steps of all workflows have the same few
def _write_of(action: str) -> tuple[str, str]:
    """The object that an action writes, and whether that is a create or an update; empty where it writes none."""
    match = _WRITE.fullmatch(action)
    return (match[1], "create" if match[2] else "update") if match else ("", "")


_OBJECT_ACTION = re.compile(rf"kustomer\.({_ANY_OBJECT})\.[a-z-]+")
_ADDRESS = re.compile(r"https?://(?:[^/?#@]*@)?([^/?#]*)", re.IGNORECASE)
OWN_API = "Kustomer API"
"""What stands for the host of an address without one, which is a path of the organisation's own API."""
UNKNOWN_HOST = "known in a run"


def object_of_event(event: str) -> str:
    """``conversation``, ``kobject.order``: the object whose event it is; empty for an event of none."""
    return event.removeprefix("kustomer.").rpartition(".")[0] if OBJECT_EVENT.fullmatch(event) else ""


def object_of_action(action: str, klass: object) -> str:
    """The object that an action gives: ``conversation`` for ``kustomer.conversation.find-by-id`` [assumed]; empty where
    it is none, or of a class that only a run knows."""
    object_ = _object_named_by(action)
    if object_ != "kobject":
        return object_
    return f"kobject.{klass}" if isinstance(klass, str) and klass.isidentifier() else ""


@lru_cache(maxsize=1_024)
def _object_named_by(action: str) -> str:
    match = _OBJECT_ACTION.fullmatch(action)
    return match[1] if match else ""


def host_of(address: str) -> str:
    """The host, with its port, that a request goes to."""
    if address.startswith("/") and not address.startswith("/#"):
        return OWN_API
    match = _ADDRESS.match(address)
    host = match[1].lower() if match else ""
    return UNKNOWN_HOST if not host or "{" in host else host


def called_by_address(address: str) -> str | None:
    """The id of the workflow that a request to an address calls: ``POST /v1/workflows/<id>/call`` [assumed]; empty
    where only a run knows it."""
    match = _CALL_ADDRESS.search(address)
    return match[1] or "" if match else None
