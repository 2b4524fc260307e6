"""What kustui takes for granted of Kustomer, each fact written down once: its limits, ids, actions and events."""

from __future__ import annotations

import re

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

CONTINUE, RETRY_STEP = "continue", "retry-action"
ERROR_ACTIONS = {
    "continue": "continue",
    "retry-action": "retry the step",
    "retry-workflow": "retry the workflow",
    "stop-processing": "stop the run",
}
"""What an error case without a target can do instead, by its ``errorAction.type``, in words [api]."""

APP_KEYS = frozenset({
    "app", "version", "title", "identifier", "visibility", "description", "instructions", "iconUrl",
    "screenshots", "appDetails", "tags", "changelog", "dependencies", "roles", "env", "url", "clientId",
    "clientSecret", "default", "system", "installUrl", "setupUrl", "postInstallMessage", "meta", "settings",
    "settingsPageConfig", "auth", "klasses", "kviews", "widgets", "hooks", "triggers", "actions",
    "workflows", "commands", "shortcuts", "outboundWebhooks", "inboundHookUris", "dataSubscriptions",
    "redirectUris", "i18n",
})  # fmt: skip
"""The known keys of an app definition [docs] [seen]; there may be more."""
TELLING_APP_KEYS = APP_KEYS - {
    "app", "version", "identifier", "description", "tags", "env", "url", "clientId", "clientSecret", "default",
    "system", "meta",
}  # fmt: skip
"""Those that hardly anything else has which names an ``app``: a record of a release, a message."""

OBJECT_EVENT = re.compile(r"kustomer\.(?:company|conversation|customer|message|note|kobject\.[^.]+)\.\w+")
"""The events of objects, whose output are the fields of the object [docs]."""
_CALL_EVENT = re.compile(r"kustomer\.workflow\.(.+)\.call", re.DOTALL)


def call_event(workflow_id: str) -> str:
    """The event that starts a callable workflow: ``kustomer.workflow.<id>.call`` [spec]."""
    return f"kustomer.workflow.{workflow_id}.call"


def called_id(event_name: str) -> str | None:
    """The id of the callable workflow that an event starts; None for any other event."""
    match = _CALL_EVENT.fullmatch(event_name)
    return match[1] if match else None


def short_name(name: str) -> str:
    """An action or event without what all begin with: ``rest-api.json`` for ``kustomer.rest-api.json``."""
    return name.removeprefix("kustomer.").removeprefix("app.")
