"""Two states of a collection compared: what changed, in words, in the flow, and in behaviour."""
