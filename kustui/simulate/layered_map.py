"""Immutable mappings of which one with more entries shares most with the one that it was made from."""

from __future__ import annotations

from collections.abc import Hashable, ItemsView, Iterator, Mapping, ValuesView
from typing import Any, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LayeredMap(Mapping[K, V]):
    """An immutable mapping: one with more entries shares most of what it holds, so that every step of a long path, or
    of a long run, can have its own. Entries are in the order in which they came."""

    __slots__ = ("layers",)

    def __init__(self, *layers: Mapping[K, V]) -> None:
        self.layers = layers
        """The latest first; of those that ``plus`` makes each is at most half as large as the next."""

    def __bool__(self) -> bool:
        return any(self.layers)

    def __contains__(self, key: object) -> bool:
        return any(key in layer for layer in self.layers)

    def __getitem__(self, key: K) -> V:
        for layer in self.layers:
            if key in layer:
                return layer[key]
        raise KeyError(key)

    def get(self, key: K, default: Any = None) -> V | Any:
        for layer in self.layers:
            if key in layer:
                return layer[key]
        return default

    def __iter__(self) -> Iterator[K]:
        return iter(self.merged)

    def __len__(self) -> int:
        return len(self.merged)

    def items(self) -> ItemsView[K, V]:
        return self.merged.items()

    def values(self) -> ValuesView[V]:
        return self.merged.values()

    def plus(self, entries: Mapping[K, V]) -> LayeredMap[K, V]:
        latest, *layers = (dict(entries), *self.layers)
        while layers and 2 * len(latest) > len(layers[0]):
            latest = {**layers.pop(0), **latest}
        return LayeredMap(latest, *layers)

    @property
    def merged(self) -> Mapping[K, V]:
        """All entries in one mapping."""
        if len(self.layers) == 1:
            return self.layers[0]
        merged: dict[K, V] = {}
        for layer in reversed(self.layers):
            merged |= layer
        return merged
