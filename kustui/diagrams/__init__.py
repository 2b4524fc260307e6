"""Diagrams told: what their rows, boxes and links say, and the formats they are written in. No screen in here."""
