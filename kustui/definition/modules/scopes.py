"""What names stand for in the places of a module: the declarations of blocks, functions and loops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tree_sitter import Node

from kustui.definition.modules.declarations import IDENTIFIERS, Binding, TextOf, declared, descendants

FUNCTIONS = frozenset(
    {"function_declaration", "function_expression", "arrow_function", "method_definition", "generator_function",
     "generator_function_declaration"}
)  # fmt: skip
_SCOPES = frozenset({"program", "statement_block", "switch_body", "class_body"})
_OTHER_SCOPES = frozenset({"for_statement", "for_in_statement", "catch_clause"})


class Scopes:
    """The declarations of one module, by scope. ``text`` gives the text of its nodes."""

    def __init__(self, text: TextOf) -> None:
        self._text = text
        self._declarations: dict[int, Mapping[str, Binding]] = {}
        self._locals: dict[int, frozenset[str]] = {}

    def binding(self, name: str, around: Sequence[Node]) -> Binding | None:
        """What a name stands for in a place, given what holds it, from the outside; None where nothing declares it."""
        for node in reversed(around):
            if node.type in _SCOPES:
                if binding := self.declarations(node).get(name):
                    return binding
            elif (node.type in FUNCTIONS or node.type in _OTHER_SCOPES) and name in self._local_names(node):
                return Binding(None, scope=node)
        return None

    def declarations(self, scope: Node) -> Mapping[str, Binding]:
        if scope.id not in self._declarations:
            self._declarations[scope.id] = {
                name: binding._replace(scope=scope)
                for statement in scope.named_children
                for name, binding in declared(statement, self._text)
            }
        return self._declarations[scope.id]

    def _local_names(self, node: Node) -> frozenset[str]:
        """The parameters of a function, or the variables of a loop."""
        if node.id not in self._locals:
            fields = ("parameters", "parameter", "left", "initializer")
            heads = [head for field in fields if (head := node.child_by_field_name(field)) is not None]
            names = {self._text(each) for head in heads for each in descendants(head) if each.type in IDENTIFIERS}
            self._locals[node.id] = frozenset(names)
        return self._locals[node.id]
