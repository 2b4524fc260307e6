"""JavaScript and TypeScript modules, read without being run: what they build, as JSON with the place of each value."""
