"""A review: what changed since a revision of git, compared in the background and again after each save, marked in tree
and drawings, and listed."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual.worker import Worker, WorkerError

from kustui.definition.collection import Collection
from kustui.definition.loader import STDIN
from kustui.errors import KustuiError
from kustui.text.styled_lines import next_position
from kustui.tui.explorer.part import Part, Shared
from kustui.workspace.background import short_switch_interval
from kustui.workspace.snapshot import CheckOptions, Snapshot, check_snapshot

if TYPE_CHECKING:  # not before the first paint
    from kustui.review.comparison import Comparison
    from kustui.review.revisions import Revision
    from kustui.review.states import State
    from kustui.tui.explorer.review_pane import ReviewView
    from kustui.tui.tree.tree_review import TreeReview

LAST_COMMIT = "HEAD"


class Reviewer(Part):
    """Begins and ends a review, and goes through its changes. ``since`` is the revision, empty where none was asked
    for: then a key compares with the last commit."""

    def __init__(self, shared: Shared, since: str) -> None:
        super().__init__(shared)
        self._asked = bool(since)
        self._revision = since or LAST_COMMIT
        self._view: ReviewView | None = None
        self._compared: Collection | None = None
        """The definitions that the review is of."""
        self._again: Worker[None] | None = None
        """The comparison after a save."""
        self._state: tuple[Revision, State] | None = None
        """The state that is compared with, and the revision that it is of."""

    @property
    def review(self) -> TreeReview | None:
        return self._views.tree.state.review

    # Beginning and ending

    def begin(self) -> None:
        """What was asked for on the command line, once the panes can show it."""
        if self._asked:
            self._waiting.run(partial(self._open, self._leave), "reviewing", exclusive=True)

    def toggle(self) -> None:
        """Begin a review and go into the list of its changes, or end it from inside."""
        if self.review is not None and self._view is not None and self._screen.focused is self._view:
            self._end()
        else:
            self._compared = None  # the revision may be another commit by now
            self._waiting.run(partial(self._open, self._say_why), "reviewing", exclusive=True)

    def _leave(self, error: KustuiError) -> None:
        self._screen.app.exit(return_code=2, message=f"kustui: {error}")

    def _say_why(self, error: KustuiError) -> None:
        self._views.status.say(str(error), "warning")

    async def _open(self, refuse: Callable[[KustuiError], object]) -> None:
        """Mark and list what changed, and go into the list."""
        if (review := await self._up_to_date(refuse)) is not None:
            if not review.changes:
                self._views.status.say(f"nothing changed since {review.name}", "good")
                return
            view = await self._list()
            self._panes.enter_list("review")
            view.post_message(view.Moved(view))

    async def _list(self) -> ReviewView:
        """The list of changes, made when it is first asked for."""
        from kustui.tui.explorer.review_pane import ReviewView

        if self._view is None:
            self._view = ReviewView(id="review")
            self._list_changes()
            await self._screen.mount(self._view, before="#problem")
        return self._view

    def _end(self) -> None:
        self._compared = None
        self._panes.close_list("review")
        self._show(None)

    # Comparing

    async def _up_to_date(self, refuse: Callable[[KustuiError], object]) -> TreeReview | None:
        """The review of what is there now, which is waited for; None where there is nothing to compare with."""
        while self._again is not None and not self._again.is_finished:
            with suppress(WorkerError):  # another save has come
                await asyncio.shield(self._again.wait())  # which goes on where the key is cancelled
        while self.review is None or self._compared is not self._views.tree.state.snapshot.collection:
            snapshot = self._views.tree.state.snapshot
            try:
                review = await asyncio.to_thread(self._compare, snapshot)
            except KustuiError as error:
                refuse(error)
                return None
            self._take_review(review, snapshot)
        return self.review

    def _take_review(self, review: TreeReview, snapshot: Snapshot) -> None:
        """Show a review, unless there are other files by now."""
        now = self._views.tree.state.snapshot
        if snapshot.collection is now.collection:
            self._compared = snapshot.collection
            self._show(review)
            self._check_too(now)

    def take(self, snapshot: Snapshot) -> None:
        """There is another snapshot: compare it too, while the keys go on."""
        if self.review is None:
            return
        if self._compared is snapshot.collection:  # which was checked meanwhile
            self._check_too(snapshot)
        else:
            work: Callable[[], Coroutine[None, None, None]] = partial(self._compare_again, snapshot)
            self._again = self._screen.run_worker(work, group="compare", exclusive=True, description="comparing")

    def _check_too(self, snapshot: Snapshot) -> None:
        if snapshot.is_checked and self.review is not None:
            work: Callable[[], Awaitable[None]] = partial(self._check, self.review.comparison, snapshot)
            self._screen.run_worker(work, group="check", exclusive=True, description="checking")

    async def _compare_again(self, snapshot: Snapshot) -> None:
        try:
            review = await asyncio.to_thread(self._compare, snapshot)
        except KustuiError as error:
            self._say_why(error)
            return
        if self.review is not None:
            self._take_review(review, snapshot)

    async def _check(self, comparison: Comparison, snapshot: Snapshot) -> None:
        """Say too which problems are new and which are fixed, once both states are checked. No key depends on it."""
        review = await asyncio.to_thread(self._checked, comparison, snapshot)
        if self.review is not None and self._compared is snapshot.collection:
            self._show(review)

    def _compare(self, snapshot: Snapshot) -> TreeReview:
        """Called in a thread. Raises KustuiError where there is nothing to compare with."""
        with short_switch_interval():
            from kustui.review.comparison import Comparison, read_state
            from kustui.review.states import state_now

            state = self._old_state(snapshot.paths)
            old = replace(read_state(state, like=snapshot.collection), settings=snapshot.settings)
            return self._worked_out(Comparison(state, state_now(snapshot.paths), old, snapshot))

    def _checked(self, comparison: Comparison, snapshot: Snapshot) -> TreeReview:
        """The same with the problems of both states, of a snapshot that has them. Called in a thread."""
        with short_switch_interval():
            from kustui.review.comparison import old_snapshot

            old = old_snapshot(comparison.old_state, snapshot, comparison.old)
            old = check_snapshot(old, CheckOptions(snapshot.settings))
            return self._worked_out(replace(comparison, old=old, new=snapshot))

    def _worked_out(self, comparison: Comparison) -> TreeReview:
        from kustui.tui.tree.tree_review import TreeReview

        review = TreeReview(comparison)
        review.work_out()
        return review

    def _old_state(self, paths: Sequence[str]) -> State:
        """The state to compare with, read anew where the revision is another commit by now."""
        from kustui.review.revisions import Revision
        from kustui.review.states import revision_state

        if STDIN in paths:
            raise KustuiError("read from standard input: there is no revision to compare with")
        revision = Revision.at(self._revision, paths)
        if self._state is None or self._state[0] != revision:
            self._state = revision, revision_state(revision, paths)
        return self._state[1]

    # Showing

    def _show(self, review: TreeReview | None) -> None:
        self._views.tree.show_review(review)
        self._list_changes()
        self._presenter.show_again()

    def _list_changes(self) -> None:
        if self._view is not None and self.review is not None:
            self._view.list_changes(self.review)

    # Going through the changes

    def preview(self) -> None:
        """Show the change of the list's cursor in the other panes."""
        if self._view is not None and self._view.has_focus and self._view.row.link:
            self._navigator.show(self._view.row.link)

    def next(self, by: int) -> None:
        self._waiting.run(partial(self._go, by), "reviewing", exclusive=True)

    async def _go(self, by: int) -> None:
        """Go to the next change from where the tree's cursor is, or the one before (``by`` -1)."""
        review = await self._up_to_date(self._say_why)
        node = self._views.tree.node
        if review is None or node is None:
            return
        if not (changes := review.changes):
            self._views.status.say(f"nothing changed since {review.name}", "good")
            return
        here = review.place(node.key)
        before = bisect_left(review.places, here)
        at = before if here in review.places else before - 0.5
        index, wrapped = next_position(range(len(changes)), at, by)
        self._navigator.leave_place()
        self._navigator.show(changes[index].key)
        if self._view is not None:
            self._view.put_cursor_on(index)
        end = "" if not wrapped else ", from the top" if by > 0 else ", from the bottom"
        self._views.status.say(f"change {index + 1:,} of {len(changes):,} since {review.name}{end}")
