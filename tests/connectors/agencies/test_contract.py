from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from connectors.agencies import contract
from connectors.agencies.sandbox.faults import NewFault

DOCUMENT = (Path(__file__).parents[3] / "docs" / "agency-contract.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"`([A-Z]\w+)`[^`]*?:\n\n```json\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_the_documents_examples_are_right(name: str, example: str) -> None:
    model: type[BaseModel] = getattr(contract, name)
    found = model.model_validate_json(example)
    assert set(found.model_fields_set) <= set(model.model_fields)


def test_there_is_an_example_of_each_body() -> None:
    assert {name for name, _ in EXAMPLES} == {
        "Token",
        "Capabilities",
        "NewApplication",
        "Application",
        "Information",
        "Problem",
        "Event",
        "Document",
        "PaymentPage",
        "Handover",
    }
    assert NewFault.model_validate_json(DOCUMENT.rpartition("```json\n")[2].partition("```")[0]).kind == "lost_answer"


def test_requests_refuse_what_they_do_not_know_and_replies_pass_it_over() -> None:
    with pytest.raises(ValidationError):
        contract.Information.model_validate({"answers": {"email": "a@example.org"}, "anwsers": {}})
    assert contract.Problem.model_validate({"title": "No", "balance": 30}).title == "No"


def test_yes_and_no_stay_what_they_are() -> None:
    sent = contract.Information(answers={"a": True, "b": 1, "c": 1.5, "d": "1"}).model_dump_json()
    assert sent == '{"answers":{"a":true,"b":1,"c":1.5,"d":"1"}}'
