"""Sets of steps that take a byte for each step there is, whatever is in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct


class StepSet(Struct, frozen=True):
    """Some of the steps of an index, by their numbers in it."""

    flags: bytes
    """For each step of the index 1 if it is one of them, else 0."""

    @classmethod
    def of(cls, numbers: Iterable[int], size: int) -> StepSet:
        """Those with some numbers, which are less than ``size``, the number of all."""
        flags = bytearray(size)
        for number in numbers:
            flags[number] = 1
        return cls(bytes(flags))

    @classmethod
    def everything(cls, size: int) -> StepSet:
        return cls(b"\1" * size)

    @property
    def is_everything(self) -> bool:
        return b"\0" not in self.flags

    def __contains__(self, number: int) -> bool:
        return self.flags[number] == 1

    def __len__(self) -> int:
        return self.flags.count(1)

    def __iter__(self) -> Iterator[int]:
        at = self.flags.find(1)
        while at >= 0:
            yield at
            at = self.flags.find(1, at + 1)

    def __and__(self, other: StepSet) -> StepSet:
        return self._from(self._bits & other._bits)

    def __sub__(self, other: StepSet) -> StepSet:
        return self._from(self._bits & ~other._bits)

    @property
    def _bits(self) -> int:
        return int.from_bytes(self.flags, "little")

    def _from(self, bits: int) -> StepSet:
        return StepSet(bits.to_bytes(len(self.flags), "little"))
