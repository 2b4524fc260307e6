"""Finding anything in all workflows: what is asked, what there is, and what answers. No screen in here."""
