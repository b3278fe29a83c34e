"""The command line: ``./aratohu``."""
