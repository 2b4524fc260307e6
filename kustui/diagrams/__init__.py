"""What diagrams show, how they are drawn as rows of text, and the formats they are written in. No screen in here."""
