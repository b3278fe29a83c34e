"""The Rasa assistant: NLU components, sentence encoder, training and evaluation.

Stands apart: imports nothing of the rest of the project and runs in a Python 3.10 environment of its own.
"""

import sys
from pathlib import Path

# spaCy needs a library that is called `catalogue`, and so is a folder beside this one. In the assistant's environment
# the library is meant: the project's root goes to the end of the path, where it is still found for `bot` itself.
_ROOT = Path(__file__).resolve().parent.parent
sys.path[:] = [path for path in sys.path if Path(path).resolve() != _ROOT] + [str(_ROOT)]
