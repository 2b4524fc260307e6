"""What can be configured, as plain values: settings of the checks, and keys, theme and panes of the screen."""
