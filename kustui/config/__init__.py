"""How a person wants the screen: its actions and their keys, its theme, its panes. Plain values for every storey."""
