"""``kustui schema``: the JSON Schema of definitions, for editors."""

from __future__ import annotations

from collections.abc import Sequence

from kustui.commands.command_line import Parser
from kustui.commands.output import ExitStatus, Output
from kustui.text.terminal_safe import to_json

_EPILOG = """\
examples:
  kustui schema --output kustomer.schema.json        then name it in the settings of the editor (docs/editors.md)
"""


def parser() -> Parser:
    parser = Parser("schema", "Print the JSON Schema of definitions, for editors.", _EPILOG)
    parser.add_output_file()
    return parser


def run(arguments: Sequence[str]) -> int:
    """Print the schema; the exit status."""
    from kustui.definition.json_schema import schema

    options = parser().parse_args(arguments)
    Output(options.output).write([f"{to_json(schema(), indent=2)}\n"])
    return ExitStatus.OK
