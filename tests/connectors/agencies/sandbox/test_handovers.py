from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cases.agency import NotAccepted
from connectors.agencies.sandbox.agencies import OFFICES
from tests.connectors.agencies import running
from tests.connectors.agencies.running import Sandbox, order


@pytest.fixture
def forms(tmp_path: Path) -> Iterator[running.Sandbox]:
    """A department where the birth certificate is ordered at its own form."""
    dia = OFFICES["dia"]
    services = tuple(
        one.model_copy(update={"kind": "handover"}) if one.id == "birth-certificate" else one for one in dia.services
    )
    with running.sandbox(tmp_path, offices={"dia": dia.model_copy(update={"services": services})}) as made:
        yield made


def test_the_link_opens_once_and_holds_nothing(forms: Sandbox) -> None:
    given = order("birth-certificate")
    made = forms.agency().hand_over(given)
    assert forms.agency().hand_over(given) == made
    assert not any(str(value) in made.url for value in given.answers.values())
    # Looking, as programs that check links do, uses nothing up.
    for _ in range(2):
        seen = forms.http.get(made.url)
        assert seen.status_code == 200
        assert "Hēmi" not in seen.text
    assert "Hēmi Example" in forms.http.post(made.url).text
    for answer in (forms.http.post(made.url), forms.http.get(made.url)):
        assert answer.status_code == 410
        assert "Hēmi" not in answer.text


def test_a_handover_is_no_application_and_what_was_opened_is_not_kept(forms: Sandbox, tmp_path: Path) -> None:
    made = forms.agency().hand_over(order("birth-certificate"))
    httpx.post(made.url, trust_env=False).raise_for_status()
    assert forms.filed() == []
    with contextlib.closing(sqlite3.connect(tmp_path / "sandbox.db")) as database:
        ((answers,),) = database.execute("SELECT answers FROM handover").fetchall()
    assert answers in (None, "null")


def test_a_form_takes_good_answers_only(forms: Sandbox) -> None:
    with pytest.raises(NotAccepted) as caught:
        forms.agency().hand_over(order("birth-certificate", email="maia@"))
    assert set(caught.value.problems) == {"email"}


def test_each_kind_of_start_at_its_own_address(forms: Sandbox) -> None:
    with pytest.raises(NotAccepted) as caught:
        forms.agency().start(order("birth-certificate"))
    assert set(caught.value.problems) == {"service"}
    with pytest.raises(NotAccepted):
        forms.agency().hand_over(order())
    kinds = {one.service: one.kind for one in forms.agency().capabilities().services}
    assert (kinds["birth-certificate"], kinds["register-birth"]) == ("handover", "api")
