"""``kustui completion``, and the answers to a shell in which the user presses Tab.

argcomplete has the scripts of the shells and reads the command line that they send. What is here says what can stand
where argparse does not know it: the names of rules, themes, and the workflows of the definitions that were named.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from kustui.commands import COMMANDS
from kustui.commands.command_line import Parser, parser_of
from kustui.commands.output import ExitStatus, Output
from kustui.config.preferences import THEMES
from kustui.definition.collection import Entry
from kustui.definition.folders import SCENARIO_SUFFIX
from kustui.errors import KustuiError
from kustui.files import exists

SHELLS = ("bash", "zsh", "fish")
_EPILOG = """\
examples:
  source <(kustui completion bash)                                        in ~/.bashrc
  source <(kustui completion zsh)                                         in ~/.zshrc, after compinit
  kustui completion fish > ~/.config/fish/completions/kustui.fish         once
"""

_AROUND = {
    "workflow:": "by its name or id", "event:": "such as event:kustomer.conversation.update",
    "field:": "such as field:conversation.status", "host:": "such as host:api.example.com",
}  # fmt: skip

Completer = Callable[..., Mapping[str, str]]
"""From ``prefix``, the word as far as it is typed, to the words that it can become, each with a description."""


def parser() -> Parser:
    parser = Parser("completion", "Print a shell completion script.", _EPILOG)
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=f"one of {', '.join(SHELLS)}")
    return parser


def run(arguments: Sequence[str]) -> int:
    """Print the script of a shell; the exit status."""
    from argcomplete.shell_integration import shellcode  # for this command alone

    options = parser().parse_args(arguments)
    Output().write([shellcode(["kustui"], shell=options.shell)])
    return ExitStatus.OK


def complete() -> None:
    """Answer a shell, as the environment variables of argcomplete ask, and end the process."""
    import argcomplete
    from argcomplete.completers import SuppressCompleter

    line, cursor = os.environ["COMP_LINE"], int(os.environ["COMP_POINT"])
    words = _words(line)
    is_first = len(f"{line[:cursor]}_".split()) == 2
    command = "explore"
    if not is_first and len(words) > 1 and words[1] in COMMANDS:
        command = words[1]
        os.environ["_ARGCOMPLETE"] = "2"  # which of the words is the first of the parser
    parser = parser_of(command)
    completers = _completers(words[2:])
    paths = completers["paths"] = _json_files if command == "simulate" else _definitions
    if is_first:
        completers["paths"] = lambda prefix, **_: _descriptions() | paths(prefix)
    for argument in parser.arguments():
        completer = completers.get(argument.dest, _files if argument.metavar in ("FILE", "PATH") else None)
        argument.completer = completer  # type: ignore[attr-defined]  # where argcomplete looks for it
    nothing = SuppressCompleter()
    argcomplete.autocomplete(parser, always_complete_options=False, default_completer=nothing)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # within quotes
        return line.split()


def _descriptions() -> dict[str, str]:
    return {name: description for name, (_, description) in COMMANDS.items()}


def _definitions(prefix: str, **_: Any) -> dict[str, str]:
    """Folders, and the files that a folder is searched for."""
    return {path: "" for path in _json_files(prefix) if not path.endswith(SCENARIO_SUFFIX)}


def _json_files(prefix: str, **_: Any) -> dict[str, str]:
    return _files(prefix, ".json")


def _toml_files(prefix: str, **_: Any) -> dict[str, str]:
    return _files(prefix, ".toml")


def _files(prefix: str, ending: str = "", **_: Any) -> dict[str, str]:
    """Folders and the files of an ending, without bash, of which argcomplete's own completer has need."""
    folder, slash, start = prefix.rpartition("/")
    with suppress(OSError), os.scandir(os.path.expanduser(f"{folder}{slash}") or ".") as entries:  # noqa: PTH111
        return {
            f"{folder}{slash}{entry.name}{'/' if entry.is_dir() else ''}": ""
            for entry in entries
            if entry.name.startswith(start) and (start or entry.name[0] != ".")
            if entry.name.endswith(ending) or entry.is_dir()
        }
    return {}


def _completers(words: Sequence[str]) -> dict[str, Completer]:
    """By the name that argparse gives the value; each imports what it needs."""

    def themes(**_: Any) -> Mapping[str, str]:
        return THEMES

    def rules(**_: Any) -> Mapping[str, str]:
        from kustui.check.rules import RULES

        return {rule.name: rule.summary for rule in RULES.values()}

    def rule_lists(prefix: str, **_: Any) -> Mapping[str, str]:
        before = prefix[: prefix.rfind(",") + 1]
        return {f"{before}{name}": summary for name, summary in rules().items()}

    paths = [word for word in words if word[:1] != "-" and exists(word)] or ["."]

    def workflows(**_: Any) -> Mapping[str, str]:
        return dict.fromkeys(_workflows(paths), "")

    def renamed(prefix: str, **_: Any) -> Mapping[str, str]:
        return {**workflows(), **_steps(paths, prefix)}

    def around(prefix: str, **_: Any) -> Mapping[str, str]:
        if not prefix.startswith("workflow:"):
            return _AROUND
        return {f"workflow:{name}": "" for name in workflows()}

    return {
        "around": around, "theme": themes, "rule": rules, "select": rule_lists, "ignore": rule_lists,
        "workflow": workflows, "old": renamed,
        "config": _toml_files, "event": _json_files, "stdin_filename": _definitions,
    }  # fmt: skip


def _workflows(paths: Sequence[str]) -> Sequence[str]:
    """The names and ids of the workflows that some paths name, none where they cannot be read."""
    entries = _entries(paths)
    names = [*(entry.title for entry in entries), *(entry.id for entry in entries if entry.id)]
    return [name for name in dict.fromkeys(names) if name.isprintable()]


def _steps(paths: Sequence[str], prefix: str) -> Mapping[str, str]:
    """The ids that begin so of the steps in some paths, with the name of each."""
    workflows = (entry.parse().workflow for entry in _entries(paths) if entry.may_hold(prefix))
    steps = (step for workflow in workflows for step in workflow.steps)
    return {step.id: step.name for step in steps if step.id.startswith(prefix) and step.id.isprintable()}


def _entries(paths: Sequence[str]) -> Sequence[Entry]:
    from kustui.workspace.snapshot import open_paths

    try:
        return open_paths(paths).collection.entries
    except KustuiError:
        return ()
