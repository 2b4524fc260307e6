"""Templates: text with Handlebars tags, which always stands for a string [docs]."""

from __future__ import annotations

from msgspec.structs import force_setattr

from kustui.definition.expressions.nodes import Expression, Helper, Lookup, Mustache, Node


class Template(Expression, frozen=True, eq=False):
    """A string with at least one ``{{``. Up to its first fault, everything that was understood is kept."""

    others: tuple[Lookup, ...] = ()
    """What it looks up besides its paths: fields of a loop's element, ``this``, ``@index``, bare names or helpers."""
    helpers: tuple[Helper, ...] = ()
    syntax: tuple[Node, ...] | None = None
    """Its nodes, if they were needed to tell what it reads."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and self._compared == other._compared

    def __ne__(self, other: object) -> bool:
        return not self == other  # a Struct does not ask __eq__

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def _compared(self) -> tuple[object, ...]:
        """All but its nodes, which are what its text is parsed to, whether they are kept or not."""
        return self.text, self.paths, self.faults, self.embedded, self.others, self.helpers

    @property
    def nodes(self) -> tuple[Node, ...]:
        if self.syntax is None:
            force_setattr(self, "syntax", parse_any_template(self.text).syntax)
        return self.syntax or ()

    @property
    def only(self) -> Lookup | None:
        """The lookup of a template that is nothing but one, like ``{{{steps.1.id}}}``."""
        match self.nodes:
            case (Mustache(value=Lookup() as lookup),) if not self.faults:
                return lookup
        return None


def parse_template(text: str) -> Template:
    """The template that a string is. Never raises; takes time in proportion to the length."""
    from kustui.definition.expressions.common_templates import read_common_template  # its patterns take 1 ms

    if (common := read_common_template(text)) is None:
        return parse_any_template(text)
    paths, helpers = common
    return Template(text, tuple(paths), helpers=tuple(helpers))


def parse_any_template(text: str) -> Template:
    """The same, without a quick look for the most common ones."""
    from kustui.definition.expressions.template_tree import read_template  # few need it: no first key waits for it

    notes, nodes, fault = read_template(text)
    return Template(
        text,
        tuple(lookup.path for lookup in notes.lookups if lookup.reads_run),
        (fault,) if fault else (),
        tuple(notes.embedded),
        tuple(lookup for lookup in notes.lookups if not lookup.reads_run),
        tuple(notes.helpers),
        nodes,
    )
