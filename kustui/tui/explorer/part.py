"""What the parts of the main screen share, each of which carries out some of the registry's actions."""

from __future__ import annotations

from msgspec import Struct
from textual.screen import Screen

from kustui.tui.explorer.check_waiter import CheckWaiter
from kustui.tui.explorer.detail_presenter import DetailPresenter
from kustui.tui.explorer.navigator import Navigator, ProblemNavigator
from kustui.tui.explorer.panes import Panes
from kustui.tui.explorer.views import Views


class Shared(Struct, frozen=True):
    """The screen, and what it has before these parts."""

    screen: Screen[None]
    views: Views
    presenter: DetailPresenter
    panes: Panes
    navigator: Navigator
    problem_navigator: ProblemNavigator
    waiting: CheckWaiter


class Part:
    """A part of the screen; its methods carry out actions."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._screen, self._views, self._presenter = shared.screen, shared.views, shared.presenter
        self._panes, self._navigator, self._waiting = shared.panes, shared.navigator, shared.waiting
        self._problem_navigator = shared.problem_navigator
