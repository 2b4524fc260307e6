"""Every rule, a file a family."""

from kustui.check.rules.references import UNKNOWN_STEP_REFERENCE
from kustui.check.rules.schedules import UNKNOWN_WORKFLOW
from kustui.check.rules.targets import UNKNOWN_TARGET

RULES = (UNKNOWN_TARGET, UNKNOWN_STEP_REFERENCE, UNKNOWN_WORKFLOW)
