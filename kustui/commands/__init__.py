"""What stands behind each word of the command line, a file a command."""
