"""Names of the platform, as people call them."""

from __future__ import annotations


def short_name(name: str) -> str:
    """An action or event without what all begin with: ``rest-api.json`` for ``kustomer.rest-api.json``."""
    return name.removeprefix("kustomer.").removeprefix("app.")
