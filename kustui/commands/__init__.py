"""The commands, a module each with ``parser()`` and ``run(arguments)``, which returns the exit status."""

COMMANDS = {
    "check": ("PATH...", "check for problems without a screen, for scripts and builds"),
    "graph": ("PATH...", "draw diagrams without a screen: text, Mermaid, DOT, JSON or SVG"),
    "diff": ("OLD NEW", "show what changed between files, folders or git revisions"),
    "rename": ("OLD NEW PATH...", "rename a step, a workflow or an input wherever it is named"),
    "explain": ("[RULE]", "explain what a rule finds, why it matters, and how to fix it"),
    "simulate": ("PATH...", "rehearse a run, schedules included, or replay scenarios as tests"),
    "config": ("[PATH...]", "show the configuration in effect and where each setting is from"),
    "schema": ("", "print the JSON Schema of definitions, for editors"),
    "lsp": ("", "answer an editor: a language server on standard input and output"),
    "completion": ("SHELL", "print the completion script for bash, zsh or fish"),
    "man": ("", "print the manual page"),
}
"""What follows each command, and what it does; the explorer, ``explore``, is the one that needs no first word."""
