"""What sets the project up. Only Python's standard library: nothing is installed yet when these run."""
