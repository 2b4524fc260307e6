"""Every action of the screen, once: its stable id, its keys, and what it is called.

Bindings, the line of keys at the bottom, the help and the command palette are all made from this table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kustui.config.keys import display_key


class Group(NamedTuple):
    """Actions that belong together: what they are called, and what carries them out."""

    title: str
    target: str
    """A widget by its class, which has the keys then, or a part of the screen by its attribute."""
    passing: bool = False
    """Whether they are there only while something is typed or chosen, or the help is read: nobody looks for them by
    name."""


GROUPS = {
    "rows": Group("Moving", "RowsView"),
    "tree": Group("The tree", "TreeView"),
    "rail": Group("The flow", "RailView"),
    "boxes": Group("The boxes", "BoxesView"),
    "chains": Group("The chains", "ChainsView"),
    "timeline": Group("The timeline", "TimelineView"),
    "rate": Group("While a rate is typed", "RateInput", passing=True),
    "rehearse": Group("A rehearsal", "steps"),
    "context": Group("Its context", "ContextView"),
    "line": Group("While a line is typed in it", "prompts", passing=True),
    "sheet": Group("While JSON is typed in it", "prompts", passing=True),
    "go": Group("Going places", "navigator"),
    "view": Group("The panes", "panes"),
    "selected": Group("What is selected", "selection"),
    "copy": Group("Copying", "copier"),
    "menu": Group("While you choose what to copy", "CopyMenu", passing=True),
    "find": Group("Finding", "filter"),
    "filter": Group("While a filter is typed", "FilterInput", passing=True),
    "finder": Group("While something is found", "FinderInput", passing=True),
    "marks": Group("While you choose a mark", "BookmarkMenu", passing=True),
    "help": Group("In this help", "Help", passing=True),
    "app": Group("kustui", "Kustui"),
}
PASSING = tuple(name for name, group in GROUPS.items() if group.passing)


class Action(NamedTuple):
    """Something a key does, and who does it."""

    id: str
    """``<group>.<name>``: stable, so that a configuration can rebind it."""
    keys: str
    """As Textual names keys, separated by commas."""
    verb: str
    """For the line of keys: a word or two."""
    help: str
    """For the help and the palette: a line."""
    method: str = ""
    """The method that does it, where it is not the name in the id; of a widget, without its ``action_``."""
    target: str = ""
    """What has the method, where it is not the target of the group."""
    argument: str = ""
    """What the method of a part is given, if anything."""

    @property
    def group(self) -> str:
        return self.id.partition(".")[0]

    @property
    def key_list(self) -> tuple[str, ...]:
        return tuple(self.keys.split(",")) if self.keys else ()

    @property
    def method_name(self) -> str:
        return self.method or self.id.partition(".")[2].replace("-", "_")

    @property
    def target_name(self) -> str:
        """The name of a widget class (``TreeView``), or of an attribute of the screen (``navigator``): one of its
        parts."""
        return self.target or GROUPS[self.group].target

    @property
    def is_of_part(self) -> bool:
        """Whether a part of the screen does it, and not a widget."""
        return self.target_name.islower()


def _pane(name: str, keys: str, help_: str) -> Action:
    """An action that leads to a pane beside the tree."""
    return Action(f"view.{name}", keys, name, help_, "enter", argument=name)


def _copy(name: str, keys: str, verb: str, help_: str) -> Action:
    """An action that copies something of what is selected."""
    return Action(f"copy.{name}", keys, verb, help_, "copy", argument=f"copy.{name}")


def _step(name: str, keys: str, verb: str, help_: str, method: str = "") -> Action:
    """An action that goes through a rehearsal."""
    return Action(f"rehearse.{name}", keys, verb, help_, method, "steps")


def _decide(name: str, keys: str, verb: str, help_: str, method: str = "") -> Action:
    """An action that decides something in a rehearsal."""
    return Action(f"rehearse.{name}", keys, verb, help_, method, "decisions")


def _scenario(name: str, keys: str, verb: str, help_: str, method: str = "") -> Action:
    """An action that saves a rehearsal as a scenario, or begins one from a scenario or a path."""
    return Action(f"rehearse.{name}", keys, verb, help_, method, "scenarios")


def _enter(name: str, keys: str, verb: str, help_: str, pane: str = "") -> Action:
    """An action that leads to a pane of a rehearsal."""
    return Action(f"rehearse.{name}", keys, verb, help_, "enter_pane", "panes", pane or name)


# fmt: off
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
    _step("step", "s,n,space,right", "step", "carry out what is next"),
    _step("step-back", "b,left", "back", "back to what was before"),
    _step("run-on", "c", "run", "run on to a breakpoint, or to the end"),
    _step("run-to-schedule", "d", "next run", "run on until the next scheduled run begins"),
    _step("run-to-end", "C", "to the end", "run on to the end, past every breakpoint"),
    _step("restart", "r", "restart", "to the beginning; stepping on repeats what was decided"),
    _step("forget", "R", "forget", "forget what lies ahead, so that stepping on decides anew"),
    _decide("edit-answer", "e", "answer", "edit what the step is to answer, as JSON"),
    _decide("edit-answer-outside", "E", "in $EDITOR", "edit that in $VISUAL or $EDITOR", "edit_answer_in_editor"),
    _decide("fail", "f", "fail", "let the step fail, with a status and a body"),
    _decide("force", "w", "way", "choose the way that it takes, whatever the conditions say", "choose_edge"),
    _decide("replan", "u", "as it was", "forget what was decided of the step at hand", "clear_overrides"),
    _decide("answer", "a", "decide", "answer what nobody can decide without Kustomer"),
    _decide("leave-run", "x", "leave", "end the run here", "abandon_run"),
    _decide("edit-event", "v", "event", "change the event's payload, and begin with it again"),
    _decide("edit-event-outside", "V", "in $EDITOR", "change that in $VISUAL or $EDITOR", "edit_event_in_editor"),
    _decide("another-event", "i", "event", "let another event happen, or call a workflow", "start_another_event"),
    _step("breakpoint", "t", "stop here", "set or clear a breakpoint at the step of the cursor", "toggle_breakpoint"),
    _step("breakpoints", "T", "breakpoints", "breakpoints at a workflow, a failure, a schedule", "choose_breakpoints"),
    _scenario("paths", "p", "paths", "every path through the workflow: choose one to start", "choose_path"),
    _scenario("chain-paths", "P", "chains", "every path on through all that it schedules", "choose_chain_path"),
    _scenario("scenarios", "o", "scenarios", "scenarios beside the definition: choose one to replay",
              "choose_scenario"),
    _scenario("save", "S", "save", "save it as a scenario, to replay and to check"),
    _enter("course", "1", "flow", "to the flow: where it stands and where it has been", "flow"),
    _enter("table", "2", "step", "to the step at hand and its table of transitions"),
    _enter("context", "3", "context", "to the context: all that later steps can read"),
    _enter("queue", "4", "queue", "to clock and queue"),
    _enter("log", "5", "log", "to the log: Enter goes to that moment"),
    _enter("coverage", "6", "coverage", "to what was taken, and what never was"),
    Action("rehearse.return", "escape,q", "explorer", "back to the explorer", "leave_rehearsal", "RehearsalScreen"),
    Action("context.open", "l", "open", "open a value", method="open_value"),
    Action("context.close", "h", "close", "close a value", method="close_value"),
    Action("line.keep", "enter", "take it", "take what is typed", "submit"),
    Action("line.drop", "escape", "leave", "leave it as it was", "close"),
    Action("sheet.keep", "ctrl+s", "take it", "take the JSON", "submit"),
    Action("sheet.outside", "ctrl+o", "in $EDITOR", "go on in $VISUAL or $EDITOR", "continue_in_editor"),
    Action("sheet.drop", "escape", "leave", "leave it as it was", "close"),
    Action("go.back", "left_square_bracket", "back", "back to where you were before a jump"),
    Action("go.forward", "right_square_bracket", "forward", "forward again"),
    Action("go.definition", "d", "definition", "to what is named here: a step, a workflow, an input",
           "go_to_definition", "definitions"),
    Action("go.uses", "u", "uses", "who leads to this, refers to it or schedules it", "list_uses", "definitions"),
    Action("go.mark", "m", "mark", "mark the place with the letter that follows", "set_mark", "marks"),
    Action("go.to-mark", "apostrophe,grave_accent", "to mark", "to the place marked with the letter that follows",
           "go_to_mark", "marks"),
    Action("go.next-problem", "p", "problem", "the next thing that is wrong"),
    Action("go.previous-problem", "P", "problem", "the thing before that is wrong"),
    Action("view.next-pane", "tab", "pane", "the next pane"),
    Action("view.previous-pane", "shift+tab", "pane", "the pane before"),
    Action("view.tree", "1", "tree", "to the tree", method="enter_tree"),
    _pane("detail", "2", "to the detail, in words"),
    _pane("source", "3", "to the source, as JSON"),
    _pane("flow", "5,f", "to the flow: a row a step, with lanes for branches"),
    _pane("boxes", "6,b", "to the flow as boxes and arrows"),
    _pane("chains", "7,w", "to who schedules whom"),
    _pane("timeline", "8,t", "to the chain on an axis of time, and its load"),
    Action("view.problems", "4,exclamation_mark", "problems",
           "everything that is wrong, as a list, or without it again", "toggle_problems"),
    Action("view.uses", "9", "list", "to the list of uses, if there is one", method="enter_uses"),
    Action("view.rehearse", "r", "rehearse", "step through a run of the workflow, schedules and all", "open",
           "rehearsals"),
    Action("view.changes", "c", "changes", "what changed on disk, old and new, or without it again",
           method="toggle_changes"),
    Action("view.maximise", "z", "maximise", "the pane alone, or beside the others again"),
    Action("view.larger", "greater_than_sign", "larger", "give the pane more room", target="pane_sizes"),
    Action("view.smaller", "less_than_sign", "smaller", "give it less", target="pane_sizes"),
    Action("view.hide", "x", "hide", "hide the pane, until you go to it again"),
    Action("view.leave", "escape", "leave", "end the filter, or go back to the tree", target="filter"),
    Action("selected.copy", "y", "copy", "copy it: choose what of it", "open_menu", "copier"),
    Action("selected.edit", "e", "edit", "open the file in $EDITOR, at the line of what is selected"),
    _copy("name", "n", "name", "the name of what is selected"),
    _copy("id", "i", "id", "its id"),
    _copy("reference", "r", "reference", "the reference to what it yields"),
    _copy("json", "j", "JSON", "its JSON, as in the file"),
    _copy("place", "l", "line", "its file and line"),
    _copy("pointer", "p", "pointer", "its JSON pointer"),
    _copy("text", "t", "text", "the row of the cursor, in words"),
    _copy("diagram", "d", "drawing", "the drawing of it that is shown, whole, as text"),
    _copy("mermaid", "m", "Mermaid", "the flow of its workflow, as Mermaid draws it"),
    Action("menu.down", "down,tab", "down", "one row down"),
    Action("menu.up", "up,shift+tab", "up", "one row up"),
    Action("menu.choose", "enter", "copy", "copy that of the row; it begins with what was copied last"),
    Action("menu.plain", "y", "plain", "show it as plain text, to be selected with the mouse", method="plain"),
    Action("menu.leave", "escape,q", "leave", "copy nothing"),
    Action("find.filter", "slash", "find", "narrow the tree or the problems; search another pane", method="open"),
    Action("find.next-match", "n", "next", "the next of what / found"),
    Action("find.previous-match", "N", "previous", "the one before of what / found"),
    Action("find.everything", "F,ctrl+k", "find all", "find anything: names, actions, conditions, parameters", "open",
           "finder"),
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
# fmt: on

BY_ID = {action.id: action for action in ACTIONS}


def with_keys(keys: Mapping[str, Sequence[str]]) -> Mapping[str, Action]:
    """The actions by id, with other keys for some of them: as Textual names keys, none for an action without one."""
    return {id_: action._replace(keys=",".join(keys.get(id_, action.key_list))) for id_, action in BY_ID.items()}


def key_names(action: Action) -> tuple[str, ...]:
    """Its keys as a keyboard shows them; none where it was left without one."""
    return tuple(map(display_key, action.key_list))
