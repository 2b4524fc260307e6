"""``kustui lsp``: a language server on standard input and output, for editors."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from kustui.commands.command_line import Parser
from kustui.errors import KustuiError

_EPILOG = """\
An editor starts it; docs/editors.md has the settings for VS Code, Neovim, Helix, Emacs and Zed.
It needs: pip install 'kustui[lsp]'

examples:
  kustui lsp < /dev/null        end at once, as when the editor does
"""


def parser() -> Parser:
    parser = Parser("lsp", "Answer an editor: a language server on standard input and output.", _EPILOG)
    parser.add_argument("--stdio", action="store_true", help="use standard input and output, which it does anyway")
    parser.add_configuration()
    parser.add_cache()
    return parser


def run(arguments: Sequence[str]) -> int:
    """Serve until the editor ends; the exit status. Raises KustuiError where pygls is not installed."""
    options = parser().parse_args(arguments)
    if find_spec("pygls") is None:
        raise KustuiError("the language server needs pygls: pip install 'kustui[lsp]'")
    from kustui.commands.inputs import cache_of
    from kustui.config.configuration import Configuration
    from kustui.lsp.server import Server, protocol_streams, serve
    from kustui.workspace.check_cache import CachedCheck
    from kustui.workspace.snapshot import check_snapshot

    stdin, stdout = protocol_streams()
    server = Server(
        lambda paths: Configuration(paths, options.config, none=options.no_config),
        lambda configuration: CachedCheck(cache_of(options, configuration), lambda: check_snapshot),
    )
    return serve(server, stdin, stdout)
