from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import catalogue
from connectors.agencies.connections import ConnectionsError, read, variables

SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
GOOD: dict[str, Any] = {
    "address": "https://api.agency.example/v1/",
    "client_id": "aratohu",
    "client_secret": "env:DIA_SECRET",
    "webhook_secret": "file:hooks",
}
SURROUNDINGS = {"DIA_SECRET": "hush-hush-hush"}


def written(folder: Path, **changed: Any) -> Path:
    (folder / "hooks").write_text(SIGNING + "\n")
    file = folder / "agencies.yml"
    told = {key: value for key, value in {**GOOD, **changed}.items() if value is not None}
    file.write_text(yaml.safe_dump({"dia": told}))
    return file


def test_secrets_come_from_the_environment_and_from_files(tmp_path: Path) -> None:
    made = read(written(tmp_path), catalogue.load(), SURROUNDINGS)["dia"]
    assert (made.client_secret, made.webhook_secret) == ("hush-hush-hush", SIGNING)
    assert made.token_url == "https://api.agency.example/v1/oauth/token"
    assert "hush" not in repr(made)
    assert SIGNING not in repr(made)
    assert variables(tmp_path / "agencies.yml") == {"DIA_SECRET"}


def test_without_a_list_it_takes_all_that_starts_by_the_contract(tmp_path: Path) -> None:
    made = read(written(tmp_path), catalogue.load(), SURROUNDINGS)["dia"]
    assert {"register-birth", "renew-passport", "citizenship-by-grant"} <= set(made.services)
    assert all(catalogue.load().services[one].agency == "dia" for one in made.services)


def test_an_empty_file_connects_nobody(tmp_path: Path) -> None:
    (tmp_path / "none.yml").write_text("# none yet\n")
    assert read(tmp_path / "none.yml", catalogue.load(), {}) == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"address": None}, "dia.address: it is missing"),
        ({"address": "agency.example"}, "dia.address: write a web address"),
        ({"address": "http://agency.example/v1"}, "dia.address: it must begin with https://"),
        ({"address": "https://me:pass@agency.example/v1"}, "leave name and password out of the address"),
        ({"token_url": "http://login.example/token"}, "dia.token_url: it must begin with https://"),
        ({"client_secret": "swordfish"}, "dia.client_secret: don't write the secret here"),
        ({"client_secret": "env:NOBODY"}, "the environment variable NOBODY is not set"),
        ({"client_secret": "env:ARATOHU_DIA"}, "names that begin with ARATOHU_ are settings"),
        ({"client_secret": "file:nowhere"}, "nowhere can't be read (No such file or directory)"),
        ({"webhook_secret": "env:DIA_SECRET"}, "dia.webhook_secret: it must be whsec_"),
        ({"services": ["nz-super"]}, "“nz-super” can't be started at this agency; there are "),
        ({"services": "all"}, "dia.services: write a list of services"),
        ({"clientid": "aratohu"}, "dia.clientid: there is no such key"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do_and_no_secret(tmp_path: Path, changed: Any, said: str) -> None:
    with pytest.raises(ConnectionsError) as refused:
        read(written(tmp_path, **changed), catalogue.load(), SURROUNDINGS)
    assert said in str(refused.value)
    assert not any(secret in str(refused.value) for secret in ("swordfish", "hush-hush-hush", SIGNING, "me:pass"))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConnectionsError) as refused:
        read(written(tmp_path, address="x", services=["y"]), catalogue.load(), SURROUNDINGS)
    assert len(str(refused.value).splitlines()) == 2


def test_an_unknown_agency_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("dai:\n  address: https://agency.example\n")
    with pytest.raises(ConnectionsError, match="dai: no agency in the catalogue has this id"):
        read(tmp_path / "a.yml", catalogue.load(), {})


def test_a_file_that_is_no_yaml_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("dia:\n  client_secret: 'swordfish\n")
    with pytest.raises(ConnectionsError, match="this is no YAML") as refused:
        read(tmp_path / "a.yml", catalogue.load(), {})
    assert "swordfish" not in str(refused.value)
