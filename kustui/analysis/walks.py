"""Walks of directed graphs, for flows of steps, schedules of workflows and everything else that is a graph.

A graph is a function from a node to its successors, in the order in which they are to be tried. No walk recurses, so
that a chain of a thousand steps is no problem. networkx has all of these; importing it takes 70 to 145 ms, a quarter of
a small check.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import TypeVar

N = TypeVar("N", bound=Hashable)
Successors = Callable[[N], Iterable[N]]


def breadth_first(starts: Iterable[N], successors: Successors[N]) -> Iterator[N]:
    """The starts and all nodes that can be reached from them, nearest first, without duplicates."""
    seen: set[N] = set()
    pending = deque(starts)
    while pending:
        node = pending.popleft()
        if node not in seen:
            seen.add(node)
            yield node
            pending.extend(successors(node))


def reachability(order: Sequence[N], successors: Successors[N]) -> Callable[[N, N], bool]:
    """Whether a node leads to another, to itself only on a cycle, for any two of some nodes that hold all successors;
    no other node leads anywhere.

    A walk from each node, and a set of what it comes to, take the square of them: here that is a number in which each
    has a bit. In topological order one turn is enough; where edges lead back, turns go to and fro until they agree.
    """
    bits = {node: 1 << at for at, node in enumerate(order)}
    after = dict.fromkeys(order, 0)
    turns = itertools.cycle((tuple(reversed(order)), order))
    is_new = True
    while is_new:
        is_new = False
        for node in next(turns):
            reached = after[node]
            for target in successors(node):
                reached |= bits[target] | after[target]
            is_new = is_new or reached != after[node]
            after[node] = reached
    return lambda node, other: bool(after.get(node, 0) & bits.get(other, 0))


def reverse_postorder(roots: Iterable[N], successors: Successors[N]) -> tuple[N, ...]:
    """All nodes that can be reached from the roots, in topological order, ignoring edges that close a cycle. Of several
    roots or successors, the first comes first, together with the nodes that only it leads to."""
    order: list[N] = []
    seen: set[N] = set()
    for root in reversed(tuple(roots)):
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, reversed(tuple(successors(root))))]
        while stack:
            node, targets = stack[-1]
            for target in targets:
                if target not in seen:
                    seen.add(target)
                    stack.append((target, reversed(tuple(successors(target)))))
                    break
            else:
                order.append(node)
                stack.pop()
    return tuple(reversed(order))


def topological_order(nodes: Iterable[N], successors: Successors[N]) -> tuple[N, ...]:
    """Some nodes in topological order, ignoring edges to others and those that close a cycle. It begins with those that
    nothing leads to; of a cycle that none of these lead to the first comes first."""
    own = dict.fromkeys(nodes)
    led_to = {target for node in own for target in successors(node) if target != node}
    roots = [node for node in own if node not in led_to]
    seen: set[N] = set()

    def unseen(node: N) -> list[N]:
        return [target for target in successors(node) if target in own and target not in seen]

    seen.update(reverse_postorder(roots, unseen))
    for node in own:
        if node not in seen:
            roots.append(node)
            seen.update(reverse_postorder((node,), unseen))
    return reverse_postorder(roots, lambda node: [target for target in successors(node) if target in own])


def dominators(order: Sequence[N], predecessors: Successors[N]) -> Mapping[N, N | None]:
    """The nearest node that every path from the first one to a node leads through; None for the first one itself.

    ``order`` is the reverse postorder of what can be reached from it. By the walk of Cooper, Harvey and Kennedy.
    """
    first, place = order[0], {node: index for index, node in enumerate(order)}
    nearest = {first: first}

    def meeting(one: N, other: N) -> N:
        """The nearest node above two."""
        while one != other:
            if place[one] > place[other]:
                one = nearest[one]
            else:
                other = nearest[other]
        return one

    again = True
    while again:  # the last pass only confirms; only loops need more than one
        again, is_first = False, len(nearest) < len(order)
        for node in order[1:]:
            before = list(predecessors(node))
            if len(before) == 1 and before[0] in nearest:  # as most
                nearest[node] = before[0]
                continue
            known = [other for other in before if other in nearest]
            above = known[0] if len(known) == 1 else reduce(meeting, known)
            again = again or (len(known) < len(before) if is_first else above != nearest[node])
            nearest[node] = above
    return {**nearest, first: None}


def shortest_path(source: N, target: N, successors: Successors[N]) -> tuple[N, ...]:
    """The nodes of a path with the fewest edges, both ends included; empty if there is no path."""
    return (source,) if source == target else _shortest_walk(source, target, successors)


def shortest_cycle(node: N, successors: Successors[N]) -> tuple[N, ...]:
    """The nodes of a cycle with the fewest edges, which begins at a node and goes on to its first successor on such a
    cycle; empty if the node is on none."""
    return _shortest_walk(node, node, successors)[:-1]


def _shortest_walk(source: N, target: N, successors: Successors[N]) -> tuple[N, ...]:
    """The same of at least one edge, to the node itself too."""
    previous: dict[N, N] = {}
    pending = deque((source,))
    while pending:
        node = pending.popleft()
        for successor in successors(node):
            if successor == target:
                walk = [target, node]
                while walk[-1] != source:
                    walk.append(previous[walk[-1]])
                return tuple(reversed(walk))
            if successor not in previous:
                previous[successor] = node
                pending.append(successor)
    return ()


def strongly_connected_components(nodes: Iterable[N], successors: Successors[N]) -> Iterator[tuple[N, ...]]:
    """The strongly connected components, single nodes included, by Tarjan's algorithm."""
    number: dict[N, int] = {}
    lowest: dict[N, int] = {}
    open_nodes: list[N] = []
    closed: set[N] = set()
    for root in nodes:
        stack = [] if root in number else [(root, iter(successors(root)))]
        while stack:
            node, targets = stack[-1]
            if node not in number:
                number[node] = lowest[node] = len(number)
                open_nodes.append(node)
            for target in targets:
                if target not in number:
                    stack.append((target, iter(successors(target))))
                    break
                if target not in closed:
                    lowest[node] = min(lowest[node], lowest[target])
            else:
                stack.pop()
                if stack:
                    lowest[stack[-1][0]] = min(lowest[stack[-1][0]], lowest[node])
                if lowest[node] == number[node]:
                    component = [open_nodes.pop()]
                    while component[-1] != node:
                        component.append(open_nodes.pop())
                    closed.update(component)
                    yield tuple(component)


def cycles(nodes: Iterable[N], successors: Successors[N]) -> tuple[tuple[N, ...], ...]:
    """A shortest cycle of each strongly connected component, starting at its first node in the order of ``nodes`` and
    along its first successor on such a cycle. In the order of these first nodes."""
    order = {node: index for index, node in enumerate(nodes)}
    shortest: list[tuple[N, ...]] = []
    for component in strongly_connected_components(order, successors):
        members = set(component)

        def inside(node: N, members: set[N] = members) -> Iterable[N]:
            return (successor for successor in successors(node) if successor in members)

        if cycle := shortest_cycle(min(component, key=order.__getitem__), inside):
            shortest.append(cycle)
    return tuple(sorted(shortest, key=lambda cycle: order[cycle[0]]))
