"""``kustui completion``: what a shell needs to complete kustui's command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from kustui.commands import COMMANDS
from kustui.commands.command_line import Parser
from kustui.commands.output import ExitStatus, Output
from kustui.errors import KustuiError

SHELLS = ("bash", "zsh", "fish")
_EPILOG = """\
examples:
  source <(kustui completion bash)                                        in ~/.bashrc
  source <(kustui completion zsh)                                         in ~/.zshrc, after compinit
  kustui completion fish > ~/.config/fish/completions/kustui.fish         once
"""


def run(arguments: Sequence[str]) -> int:
    """Write the completion of a shell; the exit status."""
    options = parser().parse_args(arguments)
    if options.workflows is not None:
        Output().write(f"{name}\n" for name in _workflows(options.workflows or ["."]))
        return ExitStatus.OK
    if options.shell is None:
        raise KustuiError(f"name a shell: {', '.join(SHELLS)}")
    from kustui.commands import shells
    from kustui.commands.grammar import grammar

    script = {"bash": shells.bash, "zsh": shells.zsh, "fish": shells.fish}[options.shell]
    Output().write([script(grammar(COMMANDS))])
    return ExitStatus.OK


def parser() -> argparse.ArgumentParser:
    parser = Parser("completion", "Write what a shell needs to complete kustui's command line.", _EPILOG)
    parser.add_argument("shell", metavar="SHELL", nargs="?", choices=SHELLS, help="bash, zsh or fish")
    parser.add_argument("--workflows", metavar="PATH", nargs="*", help=argparse.SUPPRESS)  # what the scripts ask
    return parser


def _workflows(paths: Sequence[str]) -> Sequence[str]:
    """The names and ids of the workflows that some paths name, none where they cannot be read."""
    from kustui.workspace.snapshot import open_paths

    try:
        entries = open_paths(paths).collection.entries
    except KustuiError:
        return ()
    names = [*(entry.title for entry in entries), *(entry.id for entry in entries if entry.id)]
    return [name for name in dict.fromkeys(names) if name.isprintable()]
