"""Every action of the screen, once: its stable id, its keys, and what it is called.

Bindings, the line of keys at the bottom, the help and the command palette are all made from this table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from kustui.config.key_names import display_key


class Group(Struct, frozen=True):
    """Actions that belong together: what they are called, and what carries them out."""

    title: str
    target: str
    """A widget by its class, which has the keys then, or a part of the screen by its attribute."""
    passing: bool = False
    """Whether they exist only while something is typed, chosen or read: nobody looks for them by name."""


GROUPS = {
    "rows": Group("Moving", "RowsView"),
    "tree": Group("The tree", "TreeView"),
    "rail": Group("The flow", "RailView"),
    "boxes": Group("The boxes", "BoxesWindow"),
    "chains": Group("The chains", "ChainsView"),
    "map": Group("The map", "MapView"),
    "timeline": Group("The timeline", "TimelineView"),
    "problems": Group("The problems", "ProblemsView"),
    "tests": Group("The tests", "tests"),
    "source": Group("The source", "SourceView"),
    "rate": Group("While typing a rate", "RateInput", passing=True),
    "rehearse": Group("A rehearsal", "steps"),
    "context": Group("The context", "ContextView"),
    "line": Group("While typing a line", "prompts", passing=True),
    "sheet": Group("While typing JSON in a rehearsal", "prompts", passing=True),
    "go": Group("Navigation", "navigator"),
    "view": Group("The panes", "panes"),
    "selected": Group("The selection", "selection"),
    "copy": Group("Copying", "copier"),
    "menu": Group("While you choose what to copy", "CopyMenu", passing=True),
    "fix": Group("Fixing", "fixes"),
    "difference": Group("While you look at a fix", "FixPane", passing=True),
    "find": Group("Finding", "filter"),
    "filter": Group("While typing a filter", "FilterInput", passing=True),
    "finder": Group("While finding anything", "FinderInput", passing=True),
    "marks": Group("While you choose a mark", "BookmarkMenu", passing=True),
    "help": Group("In this help", "Help", passing=True),
    "app": Group("kustui", "Kustui"),
}
PASSING = tuple(name for name, group in GROUPS.items() if group.passing)


class Action(Struct, frozen=True):
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
    argument: str | int = ""
    """What the method is given, if anything."""

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
        """A widget class (``TreeView``), or a part of the screen by its attribute (``navigator``)."""
        return self.target or GROUPS[self.group].target

    @property
    def is_of_part(self) -> bool:
        """Whether a part of the screen does it, and not a widget."""
        return self.target_name.islower()


def _pane(name: str, keys: str, help_: str, verb: str = "") -> Action:
    """An action that leads to a pane beside the tree."""
    return Action(f"view.{name}", keys, verb or name, help_, "enter", argument=name)


def _copy(name: str, keys: str, verb: str, help_: str) -> Action:
    """An action that copies something of what is selected."""
    return Action(f"copy.{name}", keys, verb, help_, "copy", argument=f"copy.{name}")


def _step(name: str, keys: str, verb: str, help_: str, method: str = "") -> Action:
    """An action that goes through a rehearsal."""
    return Action(f"rehearse.{name}", keys, verb, help_, method, "steps")


def _decide(name: str, keys: str, verb: str, help_: str, method: str = "") -> Action:
    """An action that decides something in a rehearsal."""
    return Action(f"rehearse.{name}", keys, verb, help_, method, "decisions")


def _scenario(name: str, keys: str, verb: str, help_: str, method: str = "", argument: str = "") -> Action:
    """An action that saves a rehearsal as a scenario, or begins one from a scenario or a path."""
    return Action(f"rehearse.{name}", keys, verb, help_, method, "scenarios", argument)


def _enter(name: str, keys: str, verb: str, help_: str, pane: str = "") -> Action:
    """An action that leads to a pane of a rehearsal."""
    return Action(f"rehearse.{name}", keys, verb, help_, "enter_pane", "panes", pane or name)


# fmt: off
ACTIONS = (
    Action("rows.down", "j,down", "down", "one row down", "move", argument=1),
    Action("rows.up", "k,up", "up", "one row up", "move", argument=-1),
    Action("rows.page-down", "pagedown,ctrl+f", "page", "a page down", "page", argument=1),
    Action("rows.page-up", "pageup,ctrl+b", "page", "a page up", "page", argument=-1),
    Action("rows.half-down", "ctrl+d", "half a page", "half a page down", "half_page", argument=1),
    Action("rows.half-up", "ctrl+u", "half a page", "half a page up", "half_page", argument=-1),
    Action("rows.first", "g,home", "first", "the first row"),
    Action("rows.last", "G,end", "last", "the last row"),
    Action("rows.choose", "enter", "open", "open the row, or follow its link"),
    Action("tree.open", "l,right", "open", "open the node, or go to its first child"),
    Action("tree.close", "h,left", "close", "close the node, or go to its parent"),
    Action("tree.fold", "space", "open/close", "open or close the node"),
    Action("tree.open-all", "E,asterisk,equals_sign", "open all", "open everything below the node"),
    Action("tree.close-all", "C,minus", "close all", "close every workflow"),
    Action("tree.next-sibling", "J", "next", "go to the next row beside this one, past what is open below it",
           "sibling", argument=1),
    Action("tree.previous-sibling", "K", "previous", "go to the previous row beside this one", "sibling", argument=-1),
    Action("rail.fold", "space", "fold", "hide or show the steps that only this one leads to", method="fold_branch"),
    Action("rail.unfold-all", "E,asterisk,equals_sign", "unfold all", "show every step again"),
    Action("rail.lanes-left", "h,left", "lanes", "scroll to the lanes on the left", "lanes", argument=-1),
    Action("rail.lanes-right", "l,right", "lanes", "scroll to the lanes on the right", "lanes", argument=1),
    Action("boxes.down", "j,down", "select", "select the box below", "next_layer", argument=1),
    Action("boxes.up", "k,up", "select", "select the box above", "next_layer", argument=-1),
    Action("boxes.left", "h,left", "select", "select the box to the left", "beside", argument=-1),
    Action("boxes.right", "l,right", "select", "select the box to the right", "beside", argument=1),
    Action("boxes.first", "g,home", "first", "select the first box"),
    Action("boxes.last", "G,end", "last", "select the last box"),
    Action("boxes.choose", "enter", "open", "show its detail, or the workflow it schedules"),
    Action("boxes.pan-down", "J,shift+down", "pan", "pan down, or drag with the mouse", "pan_rows", argument=1),
    Action("boxes.pan-up", "K,shift+up", "pan", "pan up", "pan_rows", argument=-1),
    Action("boxes.pan-left", "H,shift+left", "pan", "pan left", "pan_columns", argument=-1),
    Action("boxes.pan-right", "L,shift+right", "pan", "pan right", "pan_columns", argument=1),
    Action("boxes.zoom-in", "plus,equals_sign", "larger", "zoom in: names, then conditions, then everything in full",
           "zoom", argument=1),
    Action("boxes.zoom-out", "minus", "smaller", "zoom out: to names, then to an overview of all steps",
           "zoom", argument=-1),
    Action("boxes.page-down", "pagedown,ctrl+f", "page", "pan a page down", "page", argument=1),
    Action("boxes.page-up", "pageup,ctrl+b", "page", "pan a page up", "page", argument=-1),
    Action("chains.overview", "o", "all chains", "list all chains, or show those around the workflow"),
    Action("chains.sort", "s", "sort", "sort the list by length, total delay, problems or name"),
    Action("chains.further", "plus,equals_sign", "further", "show one more schedule in each direction",
           "reach", argument=1),
    Action("chains.nearer", "minus", "closer", "show one schedule fewer in each direction", "reach", argument=-1),
    Action("map.choose", "enter", "centre", "show what is around what the row names"),
    Action("map.back", "left_square_bracket", "back", "go back to what was shown before"),
    Action("map.lists", "o", "lists", "list all workflows, events, fields or hosts, or show the map again"),
    Action("map.sort", "s", "sort", "sort the list by its next column, then by name"),
    Action("map.group", "v", "group", "group the list: workflows by event, fields and events by object"),
    Action("map.rate", "i", "rate", "set how often an event happens: 100/h, 5/min, 2000/d; nothing forgets it"),
    Action("map.further", "plus,equals_sign", "further", "show one more link in each direction", "reach", argument=1),
    Action("map.nearer", "minus", "closer", "show one link fewer in each direction", "reach", argument=-1),
    Action("problems.severity", "s", "severity", "list only errors, only warnings, only infos, or all again",
           "next_severity"),
    Action("problems.rule", "o", "only this rule", "list only the problems of this rule, or all again", "only_rule"),
    Action("problems.explain", "i", "explain", "explain the rule: what it finds, why, and a bad and a good example",
           "explain_rule", "rule_pages"),
    Action("tests.accept", "a", "accept", "show as a difference that the scenario expects what came: Enter writes it"),
    Action("tests.accept-all", "A", "accept all", "show the same of all scenarios that are listed and fail"),
    Action("tests.failed", "o", "only failed", "list only the scenarios that fail, or all again", "only_failed"),
    Action("tests.definition", "d", "workflow", "go to the workflow that the scenario starts", "go_to_workflow"),
    Action("tests.edit", "e", "edit", "open the scenario in $EDITOR, at the first difference"),
    Action("source.fold", "space", "fold", "fold or unfold the object or list, or the strings of the line in turn"),
    Action("source.close", "h,left", "fold", "fold what begins here, or go to what holds it"),
    Action("source.open", "l,right", "unfold", "unfold what begins here, or go into it"),
    Action("source.fold-all", "C,minus", "fold all", "fold this and everything beside it"),
    Action("source.unfold-all", "E,asterisk,equals_sign", "unfold all", "unfold this and everything beside it"),
    Action("source.next-sibling", "J", "next", "go to the next member or element beside this one",
           "sibling", argument=1),
    Action("source.previous-sibling", "K", "previous", "go to the previous member or element beside this one",
           "sibling", argument=-1),
    Action("source.whole", "o", "whole file", "show the whole file, or only what is selected"),
    Action("source.wrap", "S", "wrap", "wrap long lines, or scroll them sideways"),
    Action("source.scroll-left", "H,shift+left,comma", "left", "scroll to the left"),
    Action("source.scroll-right", "L,shift+right,full_stop", "right", "scroll to the right"),
    Action("source.line-start", "0,circumflex_accent", "line start", "go to the beginning of the line"),
    Action("source.line-end", "dollar_sign", "line end", "go to the end of the line"),
    Action("timeline.earlier", "h,left", "earlier", "scroll to earlier times", "scroll", argument=-1),
    Action("timeline.later", "l,right", "later", "scroll to later times", "scroll", argument=1),
    Action("timeline.rate", "i", "rate", "set the rate of events: 100/h, 5/min, 2000/d"),
    Action("rate.keep", "enter", "apply", "use this rate"),
    Action("rate.drop", "escape", "cancel", "keep the rate as it was"),
    _step("step", "s,space,right", "step", "execute the next step"),
    _step("step-back", "b,left", "back", "step back to the state before"),
    _step("run-on", "c", "run", "continue to the next breakpoint or the end"),
    _step("run-to-schedule", "d", "next run", "continue until the next scheduled run begins"),
    _step("run-to-end", "C", "to the end", "continue to the end, past every breakpoint"),
    _step("restart", "r", "restart", "go back to the start; stepping repeats your decisions"),
    _step("afresh", "R", "afresh", "start afresh: go back to the start and forget your decisions", "start_afresh"),
    _step("forget", "D", "discard", "discard the steps ahead and the decisions in them"),
    _decide("edit-answer", "e", "output", "edit the output of the step, as JSON"),
    _decide("edit-answer-outside", "E", "in $EDITOR", "edit the output in $VISUAL or $EDITOR", "edit_answer_in_editor"),
    _decide("fail", "f", "fail", "make the step fail, with a status and a body"),
    _decide("force", "w", "force", "choose the transition, whatever the conditions say", "choose_edge"),
    _decide("replan", "u", "reset", "reset what you decided about the current step", "clear_overrides"),
    _decide("answer", "a", "answer", "answer what cannot be decided without Kustomer"),
    _decide("leave-run", "x", "abandon", "abandon the run here", "abandon_run"),
    _decide("edit-event", "v", "payload", "edit the event's payload and start again with it"),
    _decide("edit-event-outside", "V", "in $EDITOR", "edit the payload in $VISUAL or $EDITOR", "edit_event_in_editor"),
    _decide("another-event", "i", "event", "trigger another event, or call a workflow", "start_another_event"),
    _step("breakpoint", "t", "break", "set or clear a breakpoint at the step under the cursor", "toggle_breakpoint"),
    _step("breakpoints", "T", "breakpoints", "set breakpoints on workflows, failures, schedules", "choose_breakpoints"),
    _step("follow-events", "F", "follow", "follow events, or not: what a step writes starts what listens (assumed)"),
    _scenario("paths", "p", "paths", "list every path through the workflow, and start one", "choose_path", "workflow"),
    _scenario("chain-paths", "P", "chains", "list every path through all that it schedules", "choose_path", "chain"),
    _scenario("scenarios", "o", "scenarios", "list the scenarios next to the file, and replay one",
              "choose_scenario"),
    _scenario("save", "S", "save", "save the rehearsal as a scenario to replay and check"),
    _enter("course", "1", "flow", "go to the flow: where the run is and has been", "flow"),
    _enter("table", "2", "step", "go to the current step and its transitions"),
    _enter("context", "3", "context", "go to the context: all that later steps can read"),
    _enter("queue", "4", "queue", "go to the clock and the queue"),
    _enter("log", "5", "log", "go to the log: Enter goes to that moment"),
    _enter("coverage", "6", "coverage", "go to the coverage: what ran, and what never did"),
    Action("rehearse.return", "escape,q", "back", "return to the explorer", "leave_rehearsal", "RehearsalScreen"),
    Action("context.open", "l", "open", "open a value", method="open_value"),
    Action("context.close", "h", "close", "close a value", method="close_value"),
    Action("line.keep", "enter", "accept", "accept what you typed", "submit"),
    Action("line.drop", "escape", "cancel", "cancel, and change nothing", "close"),
    Action("sheet.keep", "ctrl+s", "accept", "accept the JSON", "submit"),
    Action("sheet.outside", "ctrl+o", "in $EDITOR", "continue in $VISUAL or $EDITOR", "continue_in_editor"),
    Action("sheet.drop", "escape", "cancel", "cancel, and change nothing", "close"),
    Action("go.back", "left_square_bracket", "back", "go back to where you were before a jump"),
    Action("go.forward", "right_square_bracket", "forward", "go forward again"),
    Action("go.definition", "d", "definition", "go to what is named here: a step, a workflow, an input",
           "go_to_definition", "definitions"),
    Action("go.uses", "u", "uses", "list what leads to this, refers to it or schedules it", "list_uses", "definitions"),
    Action("go.mark", "m", "mark", "mark this place with the letter you type next", "set_mark", "marks"),
    Action("go.to-mark", "apostrophe,grave_accent", "to mark", "go to the place marked with the letter you type next",
           "go_to_mark", "marks"),
    Action("go.next-problem", "p", "problem", "go to the newest problem, then the next: errors first", "next",
           "problem_navigator"),
    Action("go.previous-problem", "P", "problem", "go to the previous problem", "previous", "problem_navigator"),
    Action("go.next-change", "right_curly_bracket,f7", "change", "go to the next change since a revision of git",
           "next", "reviewer", argument=1),
    Action("go.previous-change", "left_curly_bracket,shift+f7", "change", "go to the previous change",
           "next", "reviewer", argument=-1),
    Action("view.next-pane", "tab", "pane", "go to the next pane", "next", argument=1),
    Action("view.previous-pane", "shift+tab", "pane", "go to the previous pane", "next", argument=-1),
    Action("view.tree", "1", "tree", "go to the tree", method="enter_tree"),
    _pane("detail", "2", "go to the detail, in words"),
    _pane("source", "3", "go to the source, as JSON"),
    _pane("flow", "5,f", "go to the flow: one row per step, lanes for branches"),
    _pane("boxes", "6,b", "go to the flow as boxes and arrows"),
    _pane("chains", "7,w", "go to the chains: which workflow schedules which"),
    _pane("timeline", "8,t", "go to the chain on a time axis, and its load"),
    _pane("map", "0,a", "go to the map: what happens around the workflow, an event, a field or a host"),
    _pane("map-boxes", "B", "go to the map as boxes and arrows", "as boxes"),
    Action("view.problems", "4,exclamation_mark", "problems",
           "show or hide the list of problems", "toggle_problems"),
    Action("view.tests", "T", "tests", "show or hide the scenarios beside the definitions, replayed after each save",
           "toggle", "tests"),
    Action("view.uses", "9", "list", "go to the list of uses, if there is one", method="enter_uses"),
    Action("view.rehearse", "r", "rehearse", "rehearse the workflow: step through a run, from where you left it",
           "open", "rehearsals"),
    Action("view.rehearse-afresh", "R", "rehearse", "rehearse the workflow afresh, from the beginning",
           "open_afresh", "rehearsals"),
    Action("view.rehearse-failure", "X", "if it fails", "rehearse that this step fails: see where the run goes then",
           "open_failing", "rehearsals"),
    Action("view.changes", "c", "changes", "show or hide what changed on disk, old and new",
           method="toggle_changes"),
    Action("view.review", "V", "review", "mark and list what changed since a revision of git, or end that",
           "toggle", "reviewer"),
    Action("view.maximise", "z", "maximise", "show this pane alone, or all panes again"),
    Action("view.larger", "greater_than_sign", "larger", "make the pane larger", "grow", "pane_sizes", argument=1),
    Action("view.smaller", "less_than_sign", "smaller", "make the pane smaller", "grow", "pane_sizes", argument=-1),
    Action("view.hide", "Z", "hide", "hide the pane until you go to it again"),
    Action("view.leave", "escape", "back", "end the filter, or go back to the tree", target="filter"),
    Action("selected.copy", "y", "copy", "copy something of the selection: choose what", "open_menu", "copier"),
    Action("selected.edit", "e", "edit", "open the file in $EDITOR, at the selected line"),
    _copy("name", "n", "name", "the name of the selection"),
    _copy("id", "i", "id", "its id"),
    _copy("reference", "r", "reference", "the reference to its output"),
    _copy("json", "j", "JSON", "its JSON, as in the file"),
    _copy("value", "v", "value", "its value, a text without quotes; in a rehearsal, what it is now"),
    _copy("place", "l", "line", "its file and line"),
    _copy("pointer", "p", "pointer", "its JSON pointer"),
    _copy("text", "t", "text", "the row under the cursor, as text"),
    _copy("diagram", "d", "diagram", "the diagram on the screen, all of it, as text"),
    _copy("mermaid", "m", "Mermaid", "the flow of its workflow, as Mermaid source"),
    Action("fix.show", "x", "fix", "show the quick fixes of this problem as a difference: Enter applies one"),
    Action("fix.show-all", "A", "fix all", "show all safe fixes, of this workflow or everything: Enter applies them"),
    Action("fix.undo", "U", "undo", "undo the last change that was made here, unless its file has changed since"),
    Action("fix.redo", "ctrl+r", "redo", "redo what was undone last"),
    Action("fix.rename", "I,f2", "rename", "rename the id of the step or workflow, wherever it is used"),
    Action("fix.suppress", "D", "suppress", "suppress this problem, with a reason, in kustui.toml"),
    Action("difference.down", "j,down,tab", "down", "the next fix, or a line down", "move", argument=1),
    Action("difference.up", "k,up,shift+tab", "up", "the previous fix, or a line up", "move", argument=-1),
    Action("difference.page-down", "pagedown,ctrl+f,ctrl+d,space", "page", "a page of the difference down",
           "page", argument=1),
    Action("difference.page-up", "pageup,ctrl+b,ctrl+u", "page", "a page of the difference up", "page", argument=-1),
    Action("difference.apply", "enter", "apply", "apply what the difference shows"),
    Action("difference.leave", "escape,q", "cancel", "close the difference, and change nothing"),
    Action("menu.down", "down,tab", "down", "one row down", "move", argument=1),
    Action("menu.up", "up,shift+tab", "up", "one row up", "move", argument=-1),
    Action("menu.choose", "enter", "copy", "copy this row; the menu opens at what you copied last"),
    Action("menu.plain", "y", "as plain text", "show it as plain text, to select with the mouse", method="plain"),
    Action("menu.leave", "escape,q", "cancel", "close the menu and copy nothing"),
    Action("find.filter", "slash", "find", "find workflows and steps, or problems; search other panes", method="open"),
    Action("find.next-match", "n", "next", "go to the next match", "next", argument=1),
    Action("find.previous-match", "N", "previous", "go to the previous match", "next", argument=-1),
    Action("find.everything", "F,ctrl+k", "find all", "find anything: names, actions, conditions, parameters", "open",
           "finder"),
    Action("marks.down", "down", "down", "one row down", "move", argument=1),
    Action("marks.up", "up", "up", "one row up", "move", argument=-1),
    Action("marks.choose", "enter", "choose", "choose the mark of this row, as its letter does"),
    Action("marks.forget", "delete,backspace", "delete", "delete the mark of this row"),
    Action("marks.leave", "escape", "cancel", "cancel, and change nothing"),
    Action("filter.keep", "enter", "keep", "keep the filter and go to what matches; search everything if nothing does"),
    Action("filter.drop", "escape", "cancel", "end the filter and return to where it began"),
    Action("filter.up", "up", "up", "one row up while typing, or to the previous match", "move", argument=-1),
    Action("filter.down", "down", "down", "one row down while typing, or to the next match", "move", argument=1),
    Action("finder.go", "enter", "go there", "go to the match"),
    Action("finder.leave", "escape", "back", "go back to where you were"),
    Action("finder.down", "down,ctrl+n", "next", "the next match", "move", argument=1),
    Action("finder.up", "up", "previous", "the previous match", "move", argument=-1),
    Action("finder.page-down", "pagedown", "page", "a few matches down", "page", argument=1),
    Action("finder.page-up", "pageup", "page", "a few matches up", "page", argument=-1),
    Action("finder.complete", "tab", "complete", "complete the key or its value; Right at the end does too"),
    Action("help.filter", "slash", "filter", "show only the lines that contain the words you type"),
    Action("help.leave", "escape,q,question_mark,f1", "back", "go back, or show every line again"),
    Action("app.help", "question_mark,f1", "help", "explain this pane, then every key and sign"),
    Action("app.palette", "colon,ctrl+p", "commands", "find a command by its name", method="command_palette"),
    Action("app.mouse", "M", "mouse", "mouse off, so that the terminal selects text, or on again", "toggle_mouse"),
    Action("app.redraw", "ctrl+l", "redraw", "draw the screen again, where something else has written on it"),
    Action("app.suspend", "ctrl+z", "shell", "suspend to the shell; fg comes back", method="suspend_process"),
    Action("app.quit", "q,ctrl+q,ctrl+c", "quit", "quit kustui"),
)
# fmt: on

BY_ID = {action.id: action for action in ACTIONS}


def with_keys(keys: Mapping[str, Sequence[str]]) -> Mapping[str, Action]:
    """The actions by id, with other keys for some of them: as Textual names keys, none for an action without one."""
    return {id_: replace(action, keys=",".join(keys.get(id_, action.key_list))) for id_, action in BY_ID.items()}


def key_names(action: Action) -> tuple[str, ...]:
    """Its keys as a keyboard shows them; none where it was left without one."""
    return tuple(map(display_key, action.key_list))
