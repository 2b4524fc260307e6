"""Mending: edits of files, the fixes of problems, renames and suppressions. Nothing here knows a screen."""
