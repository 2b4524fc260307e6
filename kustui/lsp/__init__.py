"""The language server: what an editor asks, answered from a workspace. Nothing here knows definitions by itself."""
