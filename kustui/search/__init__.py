"""Finding anything in all workflows: queries, the index, and what matches. No screen in here."""
