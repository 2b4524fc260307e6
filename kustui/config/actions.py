"""Every action of the screen, once: its stable id, its keys, and what it is called.

Bindings, the line of keys at the bottom, the help and the command palette are all made from this table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kustui.config.keys import shown_key


class Action(NamedTuple):
    """Something a key does."""

    id: str
    """``<group>.<name>``: stable, so that a configuration can rebind it. The group says which widget carries it
    out."""
    keys: str
    """As Textual names keys, separated by commas."""
    verb: str
    """For the line of keys: a word or two."""
    help: str
    """For the help and the palette: a line."""
    method: str = ""
    """The ``action_…`` method, where it is not the id's name."""

    @property
    def group(self) -> str:
        return self.id.partition(".")[0]

    @property
    def key_list(self) -> tuple[str, ...]:
        return tuple(self.keys.split(",")) if self.keys else ()

    @property
    def carried_out_by(self) -> str:
        return self.method or self.id.partition(".")[2].replace("-", "_")


GROUPS = {
    "rows": "Moving",
    "tree": "The tree",
    "rail": "The flow",
    "boxes": "The boxes",
    "chains": "The chains",
    "timeline": "The timeline",
    "rate": "While a rate is typed",
    "rehearse": "A rehearsal",
    "context": "Its context",
    "line": "While a line is typed in it",
    "sheet": "While JSON is typed in it",
    "go": "Going places",
    "view": "The panes",
    "selected": "What is selected",
    "copy": "Copying",
    "menu": "While you choose what to copy",
    "find": "Finding",
    "filter": "While a filter is typed",
    "finder": "While something is found",
    "marks": "While you choose a mark",
    "help": "In this help",
    "app": "kustui",
}

PASSING = ("filter", "finder", "marks", "rate", "menu", "help", "line", "sheet")
"""Groups that hold only while something is typed or chosen, or the help is read: nobody looks for them by name."""

ACTIONS = (
    Action("rows.down", "j,down", "down", "one row down"),
    Action("rows.up", "k,up", "up", "one row up"),
    Action("rows.page-down", "pagedown,ctrl+f", "page", "a page down"),
    Action("rows.page-up", "pageup,ctrl+b", "page", "a page up"),
    Action("rows.half-down", "ctrl+d", "half a page", "half a page down"),
    Action("rows.half-up", "ctrl+u", "half a page", "half a page up"),
    Action("rows.first", "g,home", "first", "the first row"),
    Action("rows.last", "G,end", "last", "the last row"),
    Action("rows.choose", "enter", "open", "open it, or follow the link"),
    Action("tree.open", "l,right", "open", "open it, or go into it"),
    Action("tree.close", "h,left", "close", "close it, or go to what it is part of"),
    Action("tree.fold", "space", "open/close", "open or close it"),
    Action("tree.open-all", "E,asterisk", "open all", "open everything below it"),
    Action("tree.close-all", "C,minus", "close all", "close every workflow"),
    Action("rail.fold", "space", "fold", "hide the steps that only this one leads to, or not", method="fold_branch"),
    Action("rail.unfold-all", "E,asterisk", "unfold all", "every step again"),
    Action("rail.lanes-left", "h,left", "lanes", "the lanes further left, where not all have room"),
    Action("rail.lanes-right", "l,right", "lanes", "the lanes further right"),
    Action("boxes.down", "j,down", "select", "the box below"),
    Action("boxes.up", "k,up", "select", "the box above"),
    Action("boxes.left", "h,left", "select", "the box to the left"),
    Action("boxes.right", "l,right", "select", "the box to the right"),
    Action("boxes.first", "g,home", "first", "the first box"),
    Action("boxes.last", "G,end", "last", "the last box"),
    Action("boxes.choose", "enter", "open", "its detail, or the workflow that it schedules"),
    Action("boxes.pan-down", "J,shift+down", "move", "move the window down, or drag with the mouse"),
    Action("boxes.pan-up", "K,shift+up", "move", "move the window up"),
    Action("boxes.pan-left", "H,shift+left", "move", "move the window to the left"),
    Action("boxes.pan-right", "L,shift+right", "move", "move the window to the right"),
    Action("boxes.page-down", "pagedown,ctrl+f", "page", "a window further down"),
    Action("boxes.page-up", "pageup,ctrl+b", "page", "a window further up"),
    Action("chains.overview", "o", "all chains", "all chains in a list, or those around the workflow"),
    Action("chains.sort", "s", "sort", "sort the list by length, total delay, problems or name"),
    Action("chains.further", "plus,equals_sign", "further", "one schedule further either way"),
    Action("chains.nearer", "minus", "nearer", "one schedule less either way"),
    Action("timeline.earlier", "h,left", "earlier", "earlier moments, where not all have room"),
    Action("timeline.later", "l,right", "later", "later moments"),
    Action("timeline.rate", "i", "rate", "type how many events there are: 100/h, 5/min, 2000/d"),
    Action("rate.keep", "enter", "take it", "count with the rate"),
    Action("rate.drop", "escape", "leave", "leave the rate as it was"),
    Action("rehearse.step", "s,n,space,right", "step", "carry out what is next"),
    Action("rehearse.step-back", "b,left", "back", "back to what was before"),
    Action("rehearse.run-on", "c", "run", "run on to a breakpoint, or to the end"),
    Action("rehearse.run-to-schedule", "d", "next run", "run on until the next scheduled run begins"),
    Action("rehearse.run-to-end", "C", "to the end", "run on to the end, past every breakpoint"),
    Action("rehearse.restart", "r", "restart", "to the beginning; stepping on repeats what was decided"),
    Action("rehearse.forget", "R", "forget", "forget what lies ahead, so that stepping on decides anew"),
    Action("rehearse.edit-answer", "e", "answer", "edit what the step is to answer, as JSON"),
    Action("rehearse.edit-answer-outside", "E", "in $EDITOR", "edit that in $VISUAL or $EDITOR"),
    Action("rehearse.fail", "f", "fail", "let the step fail, with a status and a body"),
    Action("rehearse.force", "w", "way", "choose the way that it takes, whatever the conditions say"),
    Action("rehearse.replan", "u", "as it was", "forget what was decided of the step at hand"),
    Action("rehearse.answer", "a", "decide", "answer what nobody can decide without Kustomer"),
    Action("rehearse.leave-run", "x", "leave", "end the run here"),
    Action("rehearse.edit-event", "v", "event", "change the event's payload, and begin with it again"),
    Action("rehearse.edit-event-outside", "V", "in $EDITOR", "change that in $VISUAL or $EDITOR"),
    Action("rehearse.another-event", "i", "event", "let another event happen, or call a workflow"),
    Action("rehearse.breakpoint", "t", "stop here", "set or clear a breakpoint at the step of the cursor"),
    Action("rehearse.breakpoints", "T", "breakpoints", "breakpoints at a workflow, a failure, a schedule"),
    Action("rehearse.paths", "p", "paths", "every path through the workflow: choose one to start"),
    Action("rehearse.chain-paths", "P", "chains", "every path on through all that it schedules"),
    Action("rehearse.scenarios", "o", "scenarios", "scenarios beside the definition: choose one to replay"),
    Action("rehearse.save", "S", "save", "save it as a scenario, to replay and to check"),
    Action("rehearse.course", "1", "flow", "to the flow: where it stands and where it has been"),
    Action("rehearse.table", "2", "step", "to the step at hand and its table of transitions"),
    Action("rehearse.context", "3", "context", "to the context: all that later steps can read"),
    Action("rehearse.queue", "4", "queue", "to clock and queue"),
    Action("rehearse.log", "5", "log", "to the log: Enter goes to that moment"),
    Action("rehearse.coverage", "6", "coverage", "to what was taken, and what never was"),
    Action("rehearse.return", "escape,q", "explorer", "back to the explorer", method="leave_rehearsal"),
    Action("context.open", "l", "open", "open a value", method="open_value"),
    Action("context.close", "h", "close", "close a value", method="close_value"),
    Action("line.keep", "enter", "take it", "take what is typed", method="keep_typed"),
    Action("line.drop", "escape", "leave", "leave it as it was", method="drop_typed"),
    Action("sheet.keep", "ctrl+s", "take it", "take the JSON", method="keep_typed"),
    Action("sheet.outside", "ctrl+o", "in $EDITOR", "go on in $VISUAL or $EDITOR", method="type_outside"),
    Action("sheet.drop", "escape", "leave", "leave it as it was", method="drop_typed"),
    Action("go.back", "left_square_bracket", "back", "back to where you were before a jump"),
    Action("go.forward", "right_square_bracket", "forward", "forward again"),
    Action("go.definition", "d", "definition", "to what is named here: a step, a workflow, an input"),
    Action("go.uses", "u", "uses", "who leads to this, refers to it or schedules it"),
    Action("go.mark", "m", "mark", "mark the place with the letter that follows"),
    Action("go.to-mark", "apostrophe,grave_accent", "to mark", "to the place marked with the letter that follows"),
    Action("go.next-problem", "p", "problem", "the next thing that is wrong"),
    Action("go.previous-problem", "P", "problem", "the thing before that is wrong"),
    Action("view.next-pane", "tab", "pane", "the next pane"),
    Action("view.previous-pane", "shift+tab", "pane", "the pane before"),
    Action("view.tree", "1", "tree", "to the tree"),
    Action("view.detail", "2", "detail", "to the detail, in words"),
    Action("view.source", "3", "source", "to the source, as JSON"),
    Action("view.flow", "5,f", "flow", "to the flow: a row a step, with lanes for branches"),
    Action("view.boxes", "6,b", "boxes", "to the flow as boxes and arrows"),
    Action("view.chains", "7,w", "chains", "to who schedules whom"),
    Action("view.timeline", "8,t", "timeline", "to the chain on an axis of time, and its load"),
    Action(
        "view.problems", "4,exclamation_mark", "problems", "everything that is wrong, as a list, or without it again"
    ),
    Action("view.uses", "9", "list", "to the list of uses, if there is one", method="uses_list"),
    Action("view.rehearse", "r", "rehearse", "step through a run of the workflow, schedules and all"),
    Action("view.changes", "c", "changes", "what changed on disk, old and new, or without it again"),
    Action("view.maximise", "z", "maximise", "the pane alone, or beside the others again"),
    Action("view.larger", "greater_than_sign", "larger", "give the pane more room"),
    Action("view.smaller", "less_than_sign", "smaller", "give it less"),
    Action("view.hide", "x", "hide", "hide the pane, until you go to it again"),
    Action("view.leave", "escape", "leave", "end the filter, or go back to the tree"),
    Action("selected.copy", "y", "copy", "copy it: choose what of it"),
    Action("selected.edit", "e", "edit", "open the file in $EDITOR, at the line of what is selected"),
    Action("copy.name", "n", "name", "the name of what is selected", method="copy_name"),
    Action("copy.id", "i", "id", "its id", method="copy_id"),
    Action("copy.reference", "r", "reference", "the reference to what it yields", method="copy_reference"),
    Action("copy.json", "j", "JSON", "its JSON, as in the file", method="copy_json"),
    Action("copy.place", "l", "line", "its file and line", method="copy_place"),
    Action("copy.pointer", "p", "pointer", "its JSON pointer", method="copy_pointer"),
    Action("copy.text", "t", "text", "the row of the cursor, in words", method="copy_row"),
    Action("copy.diagram", "d", "drawing", "the drawing of it that is shown, whole, as text", method="copy_diagram"),
    Action("copy.mermaid", "m", "Mermaid", "the flow of its workflow, as Mermaid draws it", method="copy_mermaid"),
    Action("menu.down", "down,tab", "down", "one row down"),
    Action("menu.up", "up,shift+tab", "up", "one row up"),
    Action("menu.choose", "enter", "copy", "copy that of the row; it begins with what was copied last"),
    Action("menu.plain", "y", "plain", "show it as plain text, to be selected with the mouse", method="plain"),
    Action("menu.leave", "escape,q", "leave", "copy nothing"),
    Action("find.filter", "slash", "find", "narrow the tree or the problems; search another pane"),
    Action("find.next-match", "n", "next", "the next of what / found"),
    Action("find.previous-match", "N", "previous", "the one before of what / found"),
    Action("find.everything", "F,ctrl+k", "find all", "find anything: names, actions, conditions, parameters"),
    Action("marks.down", "down", "down", "one row down"),
    Action("marks.up", "up", "up", "one row up"),
    Action("marks.choose", "enter", "take it", "the mark of the row; its letter does the same"),
    Action("marks.forget", "delete,backspace", "forget", "forget the mark of the row"),
    Action("marks.leave", "escape", "leave", "leave everything as it was"),
    Action("filter.keep", "enter", "keep it", "keep it and go to what it found"),
    Action("filter.drop", "escape", "show all", "end the filter, or the search where it began"),
    Action("filter.up", "up", "up", "one row up while typing, or to the match before"),
    Action("filter.down", "down", "down", "one row down while typing, or to the next match"),
    Action("finder.go", "enter", "go there", "go to what was found"),
    Action("finder.leave", "escape", "leave", "back to where you were"),
    Action("finder.down", "down,ctrl+n", "down", "the next that was found"),
    Action("finder.up", "up", "up", "the one before"),
    Action("finder.page-down", "pagedown", "page", "a few further down"),
    Action("finder.page-up", "pageup", "page", "a few further up"),
    Action("finder.complete", "tab", "complete", "complete the key or its value; Right does, at the end"),
    Action("help.filter", "slash", "filter", "show only the lines that hold some words"),
    Action("help.leave", "escape,q,question_mark,f1", "back", "back to where you were, or to every line"),
    Action("app.help", "question_mark,f1", "help", "the pane at hand, then every key and sign, explained"),
    Action("app.palette", "colon,ctrl+p", "commands", "find a command by its name", method="command_palette"),
    Action("app.suspend", "ctrl+z", "shell", "to the shell; fg comes back", method="suspend_process"),
    Action("app.quit", "q,ctrl+q,ctrl+c", "quit", "leave kustui"),
)

BY_ID = {action.id: action for action in ACTIONS}


def with_keys(keys: Mapping[str, Sequence[str]]) -> Mapping[str, Action]:
    """The actions by id, with other keys for some of them: as Textual names keys, none for an action without one."""
    return {id_: action._replace(keys=",".join(keys.get(id_, action.key_list))) for id_, action in BY_ID.items()}


def key_names(action: Action) -> tuple[str, ...]:
    """Its keys as a keyboard shows them; none where it was left without one."""
    return tuple(map(shown_key, action.key_list))
