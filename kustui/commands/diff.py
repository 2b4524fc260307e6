"""``kustui diff``: what changed between two states of some definitions, in words and in behaviour."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from kustui.check import RULE_NAMES
from kustui.commands.command_line import Parser
from kustui.commands.inputs import cache_of, cached_check, configuration_of, read_stdin
from kustui.commands.output import ExitStatus, Output, ProgressLine, say
from kustui.definition.loader import STDIN
from kustui.garbage_collection import gc_paused
from kustui.review.behaviour import compare_behaviour
from kustui.review.changed_files import review_of
from kustui.review.comparison import check_states
from kustui.review.reports import FORMATS, ReportOptions, report_of
from kustui.review.states import left_out_paths, states_of

_WIDTH = 80
"""Cells of a line where no terminal says how many there are."""
_MOST_COMPARED = 40
"""Workflows of which runs are compared, unless the report is to be full: that takes up to a second for each."""
_EPILOG = """\
exit status:
  0  the comparison was made
  1  with --exit-code, something differs
  2  the comparison could not be made

examples:
  kustui diff old.json new.json          two files, or two folders
  kustui diff                            HEAD and what is there now, in the current folder
  kustui diff HEAD~3 -- workflows/       an earlier revision and what is there now
  kustui diff main..                     main and HEAD
  kustui diff main... -- workflows/      what HEAD changed since it left main
  kustui diff main... --format markdown --output comment.md     for a comment at a pull request
"""


def parser() -> Parser:
    parser = Parser("diff", "Show what changed between two states of Kustomer workflows.", _EPILOG)
    add = parser.add_argument
    add(
        "states",
        metavar="OLD NEW",
        nargs="*",
        help="two files or folders, - for standard input, or one or two revisions of git (default: HEAD)",
    )
    parser.add_output(FORMATS)
    add("--full", action="store_true", help="list everything, with its places, where the report is otherwise cut short")
    add("--exit-code", action="store_true", help="exit with 1 where something differs")
    parser.add_configuration()
    parser.add_cache()
    return parser


def run(arguments: Sequence[str]) -> int:
    """Compare what the arguments name; the exit status."""
    words, paths = list(arguments), None
    if "--" in words:
        index = words.index("--")
        words, paths = words[:index], words[index + 1 :]
    options = parser().parse_args(words)
    stdin = read_stdin() if STDIN in options.states else b""
    with gc_paused():
        old_state, new_state = states_of(options.states, paths, stdin)
        for path in left_out_paths(old_state, new_state):
            say(f"kustui: {path}: left out, git ignores it, or it is outside of the repository")
        configuration = configuration_of(options, old_state.paths)
        settings = configuration.settings(RULE_NAMES, cache_of(options, configuration))
        check = cached_check(options, configuration)
        with ProgressLine() as progress:
            comparison = check_states(old_state, new_state, settings, check, progress.checking)
        with ProgressLine() as progress:
            behaviour = compare_behaviour(comparison, None if options.full else _MOST_COMPARED, progress.comparing)
        review = review_of(comparison, behaviour)
        output = Output.of(options)
        width = shutil.get_terminal_size((_WIDTH, 0)).columns if output.path is None and sys.stdout.isatty() else _WIDTH
        output.write(report_of(options.format)(review, ReportOptions(options.full, width, output.colour)))
    return ExitStatus.PROBLEMS if options.exit_code and not review.is_empty else ExitStatus.OK
