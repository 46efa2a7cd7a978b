"""What the command line does: one file per command, each a `main(arguments) -> exit code`."""
