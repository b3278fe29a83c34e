"""Makes Rasa check the answers of actions against a schema that was read once, not once for each answer.

`RemoteAction._validate_action_result` calls `jsonschema.validate`, which checks the schema itself every time: 73 % of
the time of a turn with a custom action. The validator here is built from the same schema and raises the same errors.
`bot.serve` applies it before it starts Rasa.
"""

from __future__ import annotations

from typing import Any, Final

from jsonschema import ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.constants import DOCS_BASE_URL

RASA: Final = "3.6.21"
"""The version of Rasa whose method this replaces; a test fails with any other."""

_schema = RemoteAction.action_response_format_spec()
_kind = validator_for(_schema)
_kind.check_schema(_schema)
_validator = _kind(_schema)


def validate(action: RemoteAction, result: dict[str, Any]) -> bool:
    """Returns True for an answer that fits the schema; raises jsonschema's ValidationError, as Rasa's own does."""
    error = best_match(_validator.iter_errors(result))
    if error is None:
        return True
    error.message += (
        ". Failed to validate Action server response from API, make sure your response from the Action endpoint is "
        f"valid. For more information about the format visit {DOCS_BASE_URL}/custom-actions"
    )
    failure: ValidationError = error
    raise failure


def apply() -> None:
    """Puts `validate` in the place of Rasa's method."""
    RemoteAction._validate_action_result = validate  # type: ignore[method-assign]
