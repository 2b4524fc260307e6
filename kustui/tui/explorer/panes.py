"""The panes of the main screen: which are shown, and which of them has the keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from kustui.tui.bindings import first_key
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.diagrams.map_view import MapView
from kustui.tui.explorer.detail_presenter import DetailPresenter
from kustui.tui.explorer.list_panes import ListView, UsesView
from kustui.tui.explorer.views import DIAGRAMS, PANES, PaneTitles, Views, set_css_classes
from kustui.tui.tree.nodes import Kind
from kustui.tui.tree.places import link_of
from kustui.tui.widgets.menu import Menu
from kustui.tui.widgets.pane_search import Narrowable
from kustui.tui.widgets.rows import Row, Rows
from kustui.tui.widgets.rows_view import RowsView

_NARROW = 72
"""Columns below which one pane is shown at a time."""
_SLIM = 110
"""Columns below which the panes next to the tree take most of the width while they have the focus."""
_TALL = 34
"""Rows from which detail and source are shown together."""
_LOW = 12
"""Rows below which a list or the finder that has the keys takes all of them, and one line says where one is."""
FIRST_CLASSES = f"-on-tree -beside-{DIAGRAMS[0]}"
"""The classes of the screen at the first paint: with them it is styled once."""
LISTS = ("problems", "changes", "uses", "review", "tests")
"""The lists below the panes, of which one is open at a time."""
_LIST_VERBS = {"review": "go there", "tests": "rehearse"}
"""What Enter does in them, where it is more than to open."""
_HIDDEN = ("tree", "detail", "source")
"""Panes that can be hidden; a list goes with its own key."""
_TREE_KEYS = (
    "rows.choose", "selected.copy", "find.filter", "view.rehearse", "view.flow", "view.problems", "view.next-pane",
    "go.back", "go.next-problem", "selected.edit", "view.maximise", "tree.open-all", "tree.close-all", "app.palette",
    "app.help", "app.quit",
)  # fmt: skip
_STEP_KEYS = ("rows.choose", "view.rehearse-failure", *_TREE_KEYS[1:])
"""Where the tree's cursor is on a step that can fail."""
_PANE_KEYS = (
    "rows.choose", "view.leave", "view.next-pane", "find.filter", "view.maximise", "go.back", "app.help", "app.quit",
    "app.palette",
)  # fmt: skip
_KEYS = {
    "tree": _TREE_KEYS,
    "problems": (
        "rows.choose", "fix.show", "problems.explain", "problems.severity", "problems.rule", "find.filter",
        "view.leave", "view.next-pane", "app.help", "app.quit",
    ),
    "review": (
        "rows.choose", "go.next-change", "view.detail", "view.flow", "view.boxes", "view.review", "view.leave",
        "view.next-pane", "app.help", "app.quit",
    ),
    "tests": (
        "rows.choose", "tests.accept", "tests.failed", "tests.definition", "tests.accept-all", "tests.edit",
        "find.filter", "view.leave", "view.next-pane", "app.help", "app.quit",
    ),
    "source": (
        "source.fold", "source.whole", "source.wrap", "find.filter", "rows.choose", "view.leave", "view.next-pane",
        "source.fold-all", "selected.copy", "app.help", "app.quit",
    ),
    "filter": ("filter.keep", "filter.drop", "filter.up", "filter.down"),
    "finder-input": ("finder.go", "finder.leave", "finder.complete", "finder.down", "finder.up"),
    "rate": ("rate.keep", "rate.drop"),
}  # fmt: skip
"""The keys that are offered where the focus is; elsewhere those of a pane."""


def narrowable(widget: Widget | None) -> Narrowable | None:
    """A list that is filtered; None for other panes."""
    is_list = isinstance(widget, ListView) or (isinstance(widget, MapView) and widget.kind is not None)
    return widget if is_list and isinstance(widget, Narrowable) else None


def _classes_on(name: str) -> dict[str, bool]:
    """The classes of the screen while a pane has the keys."""
    classes = {f"-on-{other}": other == name for other in ("tree", *PANES)} | {"-on-list": name in LISTS}
    return classes | {f"-without-{name}": False} | ({"-beside": True} if name in PANES else {})


class Panes:
    """The tree at the left; next to it a drawing, detail and source; below them the lists, when asked for."""

    def __init__(self, screen: Screen[None], views: Views, titles: PaneTitles, presenter: DetailPresenter) -> None:
        self._screen, self._views, self._titles, self._presenter = screen, views, titles, presenter
        self.filtered: Widget | None = None
        """The pane that the filter is for."""
        self.uses: UsesView | None = None
        """The list of uses; None until there was one."""
        self._offered: tuple[Sequence[str], str] = ((), "")
        """The actions whose keys are offered, and what Enter does."""
        self._listed_from: Widget | None = None
        """The pane that had the keys before it."""

    # Which are seen

    def fit(self, size: Size) -> None:
        """Show as many panes as there is room for."""
        width, height = size
        classes = {"-narrow": width < _NARROW, "-slim": width < _SLIM, "-short": height < _TALL, "-low": height < _LOW}
        set_css_classes(self._screen, classes)

    def focus_changed(self, widget: Widget) -> None:
        """Show the pane that has the keys now, and offer them."""
        focused = widget.id
        if isinstance(widget, Menu) or not focused:  # above the panes, which stay as they are: a menu or a prompt
            self.offer_keys()
            return
        if focused != "finder-input":  # what is behind that stays as it is
            if focused == "filter" and self.filtered is not None:
                focused = self.filtered.id or ""  # what is being filtered is to be seen
            if focused in PANES:
                self._views.side.bring(focused, _classes_on(focused))
            else:
                set_css_classes(self._screen, _classes_on(focused))
        self.offer_keys()
        self.show_position()

    def show_position(self) -> None:
        """Say where in the pane that has the keys the cursor is."""
        focused = self._screen.focused
        pane = self.filtered if focused is not None and focused.id == "filter" else focused
        if isinstance(pane, RowsView | DiagramView):
            self._views.status.show_position(pane.position, pane.counted)
        else:
            self._views.status.show_position((0, 0))
        if (self._keys(), self._enter_verb()) != self._offered:
            self.offer_keys()

    def offer_keys(self) -> None:
        """Show the keys of the current pane at the bottom."""
        keys, verb = self._offered = self._keys(), self._enter_verb()
        self._views.status.offer_keys(keys, {"rows.choose": verb} if verb else {})

    def _enter_verb(self) -> str:
        """What Enter does to the row of the cursor, where that depends on the row."""
        tree, presenter, focused = self._views.tree, self._presenter, self._screen.focused
        if focused is not tree or (node := tree.node) is None:
            return _LIST_VERBS.get(focused.id or "", "") if focused is not None else ""
        if presenter.current_problem not in (None, presenter.read):
            return "source"
        if node.kind in (Kind.EDGE, Kind.SCHEDULE) and link_of(tree.state, node):
            return "go there"
        return ("close" if tree.state.is_open(tree.cursor) else "open") if node.opens else "detail"

    def _keys(self) -> Sequence[str]:
        keys, snapshot = self._keys_of_focus(), self._views.tree.state.snapshot
        if snapshot.is_checked and not snapshot.problems:
            return tuple(id_ for id_ in keys if id_ != "go.next-problem")
        return keys

    def _keys_of_focus(self) -> Sequence[str]:
        focused = self._screen.focused
        name = (focused.id if focused is not None else "tree") or ""  # the field of a prompt has no id
        part = node.part if name == "tree" and (node := self._views.tree.node) is not None else None
        if getattr(part, "action", None) is not None:
            return _STEP_KEYS
        if not name:
            return ("line.keep", "line.drop")
        if name == "filter" and not self._filter_matches():
            return _KEYS["filter"][1:]
        return focused.KEYS if isinstance(focused, DiagramView | Menu) else _KEYS.get(name, _PANE_KEYS)

    def _filter_matches(self) -> bool:
        """Whether what is typed is in the pane that is being filtered."""
        pane = self.filtered
        if (narrowed := narrowable(pane)) is not None:
            return bool(narrowed.words and narrowed.position[1])
        if pane is not None and pane is not self._views.tree:
            return bool(getattr(pane, "matches", ()))
        matches = self._views.tree.state.matches
        return matches is not None and matches.total > 0

    def maximise(self) -> None:
        """Show the pane alone, or all panes again."""
        self._screen.toggle_class("-maximised")

    def hide(self) -> None:
        """Hide the pane until somebody goes to it again."""
        name = self._screen.focused.id if self._screen.focused is not None else None
        if name == "problems":
            self.toggle_problems()
        elif name == "changes":
            self.toggle_changes()
        elif name in ("review", "tests"):
            self.close_list(name)
        elif name not in _HIDDEN or (name == "tree" and self._screen.has_class("-narrow")):
            self._views.status.say("this pane cannot be hidden", "muted")
        else:
            self._screen.remove_class("-maximised")
            if name == "tree":
                self.enter(self._views.side.diagram_name)
            else:
                self._views.side.bring(self._views.side.diagram_name)  # which the pane may have stood for
                self.enter_tree()
            self._screen.add_class(f"-without-{name}")

    # Which has the keys

    # The classes change before the focus does, which is told of later: the panes are laid out and painted once.

    def enter_tree(self, *closing: str) -> None:
        """Go into the tree, and close lists."""
        set_css_classes(self._screen, _classes_on("tree") | {"-beside": False})
        for name in closing:
            self._screen.query_one(f"#{name}").remove_class("-open")
        self._screen.set_focus(self._views.tree)

    def enter(self, name: str) -> None:
        """Go into one of the panes next to the tree."""
        self._presenter.show()  # a key pressed before the cursor rests still finds the pane at what the cursor is on
        self._screen.set_focus(self._views.side.bring(name, _classes_on(name)))  # at once: the next key is for it
        self._titles.update()

    def next(self, by: int) -> None:
        """Go to the next pane, or to the one before (``by`` -1)."""
        diagram = self._views.side.diagram_name
        panes: dict[str, Callable[[], object]] = {"tree": self.enter_tree}
        panes |= {name: partial(self.enter, name) for name in (diagram, "detail", "source")}
        panes |= {name: partial(self.enter_list, name) for name in LISTS if self._is_open(name)}
        names = list(panes)
        focused = self._screen.focused
        here = names.index(focused.id) if focused is not None and focused.id in panes else 0
        panes[names[(here + by) % len(names)]]()

    # The lists

    def _is_open(self, name: str) -> bool:
        return bool(self._screen.query(f"#{name}.-open"))

    def _close(self, name: str) -> None:
        self._screen.query(f"#{name}").remove_class("-open")
        self._screen.remove_class("-maximised")

    def toggle_problems(self) -> None:
        """Go into the list of problems, or close it from inside."""
        if self._screen.focused is self._views.problems:
            self._views.problems.look_at_all()
            self.enter_tree("problems")
        else:
            self.enter_list("problems")

    def list_problems(self) -> None:
        """List the problems of the snapshot, where the list is open."""
        if self._is_open("problems"):
            self._views.problems.list_problems()

    def toggle_changes(self) -> None:
        """Go to what changed on disk, or away from it: then everything was looked at."""
        if self._screen.focused is self._views.changes:
            self._views.tree.state.look_at_all()
            self._views.tree.refresh()
            self.enter_tree("changes")
        else:
            self.enter_list("changes")

    def enter_list(self, name: str) -> None:
        """Open one of the lists, and go into it."""
        set_css_classes(self._screen, _classes_on(name))
        for listed in self._screen.query(".list"):
            listed.set_class(listed.id == name, "-open")
        self.list_problems()  # made only while it is open
        self._screen.set_focus(self._screen.query_one(f"#{name}"))

    def close_list(self, name: str) -> None:
        """Close one of the lists, and go back to the tree where it had the keys."""
        self._close(name)
        if self._screen.focused is not None and self._screen.focused.id == name:
            self.enter_tree()

    async def list_uses(self, title: str, rows: list[Row]) -> None:
        """Open the list of uses with other rows, and go into it."""
        if self.uses is None:
            self.uses = UsesView(id="uses")
            await self._screen.mount(self.uses, before="#problem")
        if self._screen.focused is not self.uses:
            self._listed_from = self._screen.focused
        self.uses.heading = title
        self.uses.show(Rows.of(rows), top=0)
        self._titles.update()
        self.enter_list("uses")

    def enter_uses(self) -> None:
        """Go into the list of uses again."""
        if not self._is_open("uses"):
            key = first_key(self._screen.app, "go.uses")
            self._views.status.say(f"there is no list of uses: {key} makes one", "muted")
        else:
            self.enter_list("uses")

    def leave_uses(self) -> bool:
        """Close the list of uses and go back to where one was; whether it had the keys."""
        if self.uses is None or self._screen.focused is not self.uses:
            return False
        self._close("uses")
        if self._listed_from is not None and self._listed_from.id in LISTS:  # closed by the other
            self.enter_list(self._listed_from.id)
        else:
            self._screen.set_focus(self._listed_from or self._views.tree)
        return True
