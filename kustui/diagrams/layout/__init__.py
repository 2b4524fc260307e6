"""Where the parts of a diagram go, as plain geometry: no words, no glyphs and no screen in here."""
