"""Immutable mappings of which one with more entries shares most with the one that it was made from."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Generic, TypeVar

from msgspec import Struct

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LayeredMap(Struct, Generic[K, V], frozen=True):
    """An immutable mapping: one with more entries shares most of what it holds, so that every step of a long path, or
    of a long run, can have its own."""

    layers: tuple[Mapping[K, V], ...] = ()
    """The latest first; each is at most half as large as the next."""

    def __bool__(self) -> bool:
        return any(self.layers)

    def __contains__(self, key: object) -> bool:
        return any(key in layer for layer in self.layers)

    def __iter__(self) -> Iterator[K]:
        return iter(self.merged)

    def get(self, key: K) -> V | None:
        return next((layer[key] for layer in self.layers if key in layer), None)

    def plus(self, entries: Mapping[K, V]) -> LayeredMap[K, V]:
        latest, *layers = (dict(entries), *self.layers)
        while layers and 2 * len(latest) > len(layers[0]):
            latest = {**layers.pop(0), **latest}
        return LayeredMap((latest, *layers))

    @property
    def merged(self) -> Mapping[K, V]:
        """All entries in one mapping."""
        merged: dict[K, V] = {}
        for layer in reversed(self.layers):
            merged |= layer
        return merged
