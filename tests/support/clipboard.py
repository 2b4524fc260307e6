"""A stand-in for the clipboards that kustui copies to."""

from __future__ import annotations


class Clipboard:
    """Records what is copied to the terminal, to tmux, and what is shown as plain text."""

    def __init__(self) -> None:
        self.terminal: list[str] = []
        self.tmux: list[str] = []
        self.plain: list[str] = []
        self.trouble = ""

    async def copy_to_tmux(self, text: str) -> str:
        self.tmux.append(text)
        return self.trouble

    def show_plain(self, _: object, text: str) -> None:
        self.plain.append(text)
