"""What changed since another state of the files: the list of all changes, and what the detail says of one node."""

from __future__ import annotations

from itertools import islice

from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.fix.edits import DiffLine, text_difference
from kustui.text.messages import counted
from kustui.text.signs import CHANGE_SIGNS, CHANGED
from kustui.text.styled_lines import Line
from kustui.tui.explorer.difference_rows import state_rows
from kustui.tui.explorer.list_panes import ListView
from kustui.tui.tree.nodes import Kind, Node
from kustui.tui.tree.tree_review import ReviewedChange, TreeReview
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import Row, RowBuilder, Rows, node_key

_LEAST_ROWS = 5
_MOST_LINES = 2_000
"""Lines of a difference that are shown."""


class ReviewView(ListView):
    NAME = "V Review"
    ABOUT = (
        "Everything that changed since a revision: what came (+), went (-) and changed (~), in the order of the tree. "
        "The other panes show the place under the cursor, the flow both states in one drawing, and the detail what "
        "changed in words and in JSON. Enter goes there; the key of the pane ends the review."
    )

    review: TreeReview | None = None

    def list_changes(self, review: TreeReview) -> None:
        """List the changes of a review, the cursor where it was."""
        self.review = review
        self.empty = f"nothing changed since {review.name}"
        changes = review.changes
        self.styles.max_height = max(_LEAST_ROWS, len(changes)) + 1
        with self.prevent(self.Moved):
            self.update_rows(Rows(len(changes), lambda index: change_row(changes[index])), lambda row: row.link)
        self.post_message(self.Narrowed(self))

    @property
    def title(self) -> str:
        if self.review is None:
            return self.NAME
        title = f"{self.NAME}: {counted(len(self.review.changes), 'change')} since {self.review.name}"
        comparison = self.review.comparison
        problems = comparison.difference.problems_in_words if comparison.old.is_checked else ""
        return f"{title}   {problems}" if problems else title

    def put_cursor_on(self, index: int) -> None:
        with self.prevent(self.Moved):
            self.cursor = index


def change_row(change: ReviewedChange) -> Row:
    """A change: the first that is said of it, and the workflow at the right."""
    sign, look = CHANGE_SIGNS[change.mark]
    words: Line = ((f"{change.noun} ", "muted"), (change.name, "name"), (f" {change.mark}", "muted"))
    line, others = (change.sentences or (words,))[0], len(change.sentences) - 1
    more: Line = ((f"  and {counted(others, 'other change')}", "muted"),) if others > 0 else ()
    aside: Line = ((change.entry.title, "muted"),) if change.entry and change.noun == "step" else ()
    return Row(((f"{sign} ", look), *line, *more), aside, link=change.key)


def add_review(builder: RowBuilder, tree: TreeState, node: Node) -> None:
    """What the review says of a node: in words, and both states of its JSON."""
    if (review := tree.review) is None:
        return
    if node.removed:
        builder.add((f"- gone since {review.name}, and only there to be read", "error"))
    change, texts = review.at(node.key), review.texts.get(node.key, ())
    if node.kind is Kind.EDGE:
        _add_edge(builder, tree, node)
    _add_problems(builder, review, node)
    if change is None:
        if node.removed:
            builder.rows.append(Row())
        return
    if not node.removed:
        sign, look = CHANGE_SIGNS[change.mark]
        builder.add((f"{sign} ", look), (f"{change.mark} since {review.name}", "heading"))
    for sentence in change.sentences:
        builder.item(*sentence)
    for text in texts:
        lines = text_difference(text.before, text.after)
        hunks = (line if line.sign != "@" else DiffLine("@", "…") for line in islice(lines, 1, _MOST_LINES))
        builder.rows.extend(state_rows(hunks, builder.width))
    builder.rows.append(Row())


def _add_problems(builder: RowBuilder, review: TreeReview, node: Node) -> None:
    """Which problems are new at or below a node, and which are fixed, as far as that is known."""
    difference, number = review.comparison.difference, len(builder.rows)
    if not review.comparison.old.is_checked or node.entry is None:
        return
    for words, look, problems in (("fixed", "good", difference.fixed), ("new", "new", difference.new)):
        for problem in problems:
            key = node_key(problem.entry, problem.step) if problem.entry is not None else ()
            if key[: len(node.key)] == node.key:
                glyph, glyph_look = SEVERITY_GLYPHS[problem.severity]
                builder.add((f"{words} ", look), (f"{glyph} ", glyph_look), (problem.message, ""), indent=2)
    if len(builder.rows) > number:
        builder.rows.append(Row())


def _add_edge(builder: RowBuilder, tree: TreeState, node: Node) -> None:
    merged = tree.merged(node)
    before = merged.changes.labels_before.get(node.pointer) if merged is not None else None
    if before is not None:
        sign, look = CHANGE_SIGNS[CHANGED]
        builder.add((f"{sign} ", look), ("was taken ", ""), (before or "always", "string"), indent=2)
        builder.rows.append(Row())
