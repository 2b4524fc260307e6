"""A process that has loaded kustui, and becomes a copy of it in a terminal each time it is asked to.

The program of ``tests/support/terminal_process.py``. It imports nothing of the tests, and runs nothing of kustui.
"""

import gc
import json
import os
import socket
import sys
from importlib import import_module
from pkgutil import walk_packages
from typing import Any


def serve(line: socket.socket) -> list[str] | None:
    """Do what is asked until nobody can ask any more; None then. In a copy that was asked for, its command line."""
    received, descriptors = b"", list[int]()
    while True:
        part, more, *_ = socket.recv_fds(line, 1 << 16, 1)
        if not part:
            return None
        received, descriptors = received + part, descriptors + list(more)
        if received.endswith(b"\n"):
            asked, received = json.loads(received), b""
            if "words" not in asked:
                _answer(line, _status(**asked))
            elif pid := os.fork():
                os.close(descriptors.pop())
                _answer(line, pid)
            else:
                line.close()
                os.login_tty(descriptors.pop())
                os.chdir(asked["cwd"])
                os.environ.clear()
                os.environ.update(asked["env"])
                return list(asked["words"])


def _answer(line: socket.socket, answer: int | None) -> None:
    line.sendall(json.dumps(answer).encode() + b"\n")


def _status(pid: int, wait: bool) -> int | None:
    """The exit status of a copy, negative for the signal that ended it; None while it runs, which may be waited for."""
    ended, status = os.waitpid(pid, 0 if wait else os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _main() -> Any:
    import kustui
    from kustui.cli import main

    for module in walk_packages(kustui.__path__, "kustui."):
        if not module.name.startswith(("kustui.__main__", "kustui.commands", "kustui.lsp")):
            import_module(module.name)
    import_module("kustui.commands.explore")
    gc.freeze()
    words = serve(socket.socket(fileno=int(sys.argv[1])))
    if words is None:
        return 0
    sys.argv = words
    return main()


if __name__ == "__main__":
    sys.exit(_main())
