"""Rehearsals of workflows on a virtual clock. What is here costs nothing to import: ``--help`` names it."""

from __future__ import annotations

MINUTE = 60_000
"""In milliseconds, which the virtual clock counts."""
DEFAULT_START = "2026-01-05T09:00:00Z"
"""When a rehearsal begins unless somebody says otherwise: a Monday morning."""
DEFAULT_MAX_STEPS = 1_000
"""After how many steps a rehearsal is cut unless somebody says otherwise: schedules may go round for ever."""
