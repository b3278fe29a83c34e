"""Starts the command line: python -m connectors.channels.command."""

from connectors.channels.command.group import main

if __name__ == "__main__":
    main()
