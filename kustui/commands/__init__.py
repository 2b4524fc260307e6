"""What can be asked for on the command line, a module each."""

COMMANDS = ("check", "completion", "config", "explain", "graph", "man", "simulate")
"""The first word, where it is not a path."""
