"""What sets the project up. Only Python's standard library: nothing is installed yet when these run."""

import sys

if sys.version_info < (3, 8):
    sys.exit(
        "Aratohu is set up with Python 3.8 or newer, and python3 is %d.%d. Put a newer one in PATH."
        % sys.version_info[:2]
    )
