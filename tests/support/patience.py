"""How long a test waits for anything."""

PATIENCE = 60.0
"""Seconds after which a test that waits for something fails: a machine that is busy with much else passes, a hang does
not. Nothing waits for shorter, but for what must not come."""
