"""How a person wants the screen."""
