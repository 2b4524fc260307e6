"""What names stand for in the places of a module: the declarations of blocks, functions and loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from tree_sitter import Node

from kustui.definition.modules.declarations import IDENTIFIERS, Binding, TextOf, declared, descendants

FUNCTIONS = frozenset(
    {"function_declaration", "function_expression", "arrow_function", "method_definition", "generator_function",
     "generator_function_declaration"}
)  # fmt: skip
_SCOPES = frozenset({"program", "statement_block", "switch_body", "class_body"})
_OTHER_SCOPES = frozenset({"for_statement", "for_in_statement", "catch_clause"})


class Scopes:
    """The declarations of one module, by scope.

    ``text`` gives the text of its nodes, ``inner_variables`` the names that ``var`` declares in blocks of a function,
    by the node of its body.
    """

    def __init__(self, text: TextOf, inner_variables: Mapping[int, Collection[str]]) -> None:
        self._text = text
        self._inner_variables = inner_variables
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
            self._declarations[scope.id] = dict(self._declared(scope))
        return self._declarations[scope.id]

    def _declared(self, scope: Node) -> Iterator[tuple[str, Binding]]:
        """What a block declares. What is one thing at first and another later is not known."""
        parts = [(part, *own) for part in scope.named_children for own in declared(part, self._text)]
        times = Counter(name for _, name, _ in parts)
        functions = Counter(name for part, name, _ in parts if part.type == "function_declaration")
        parameters = self._parameters(scope)
        for part, name, binding in parts:
            is_parameter = name in parameters and part.type == "variable_declaration"
            if is_parameter and binding.node is not None and binding.node.type == "variable_declarator":
                continue  # without a value: it keeps what it was given
            is_known = not is_parameter and times[name] in (1, functions[name])
            yield name, (binding if is_known else Binding(None))._replace(scope=scope)
        for name in self._inner_variables.get(scope.id, ()):
            yield name, Binding(None, scope=scope)

    def _parameters(self, scope: Node) -> frozenset[str]:
        """The parameters of the function whose body a block is."""
        function = scope.parent if scope.type == "statement_block" else None
        is_body = function is not None and function.type in FUNCTIONS
        return self._local_names(function) if function is not None and is_body else frozenset()

    def _local_names(self, node: Node) -> frozenset[str]:
        """The parameters of a function, or the variables of a loop."""
        if node.id not in self._locals:
            fields = ("parameters", "parameter", "left", "initializer")
            heads = [head for field in fields if (head := node.child_by_field_name(field)) is not None]
            names = {self._text(each) for head in heads for each in descendants(head) if each.type in IDENTIFIERS}
            self._locals[node.id] = frozenset(names)
        return self._locals[node.id]
