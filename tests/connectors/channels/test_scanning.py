"""Files are scanned, where a scanner is set: what is found is refused, and without an answer nothing is taken."""

from __future__ import annotations

import logging
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cases.documents import DocumentRefused, ScanFailed
from cases.tables import DocumentRow
from connectors.channels.app import assemble
from connectors.channels.scanning import Clamd, scanner
from connectors.channels.settings import Settings, SettingsError, variable
from connectors.channels.wiring import House, build
from conversations import Draft
from tests.connectors.channels.app import Browser
from tests.connectors.channels.clamd import EICAR, Asked, Played, played

JPEG = b"\xff\xd8\xff\xe0" + b"a photo of nobody" * 9_000 + b"\xff\xd9"
BAD = b"\xff\xd8\xff\xe0" + EICAR + b"\xff\xd9"


def test_what_is_clean_passes_whole_and_what_is_found_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    with played() as server:
        Clamd(server.url).scan(JPEG)
        assert server.got == [JPEG]
        with caplog.at_level(logging.WARNING), pytest.raises(DocumentRefused, match="found something harmful"):
            Clamd(server.url).scan(BAD)
    assert "Eicar-Test-Signature" in caplog.text


def test_it_speaks_on_a_socket_too(tmp_path: Path) -> None:
    class Local(socketserver.UnixStreamServer):
        limit, silent = 10_000, False
        got: list[bytes] = []

    with Local(str(tmp_path / "ctl"), Asked) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(DocumentRefused):
            Clamd(f"unix://{tmp_path}/ctl").scan(BAD)


def test_without_an_answer_nothing_counts_as_clean() -> None:
    with played() as server:
        server.silent = True
        with pytest.raises(ScanFailed):
            Clamd(server.url, seconds=0.3).scan(JPEG)
    with played(limit=1000) as server, pytest.raises(ScanFailed):
        # A limit of clamd's that is too low for what we take: nobody has looked at the whole file.
        Clamd(server.url).scan(JPEG)
    with pytest.raises(ScanFailed):
        Clamd("unix:///nowhere/clamd.ctl").scan(JPEG)
    with pytest.raises(ScanFailed):
        Clamd("tcp://127.0.0.1:9").scan(JPEG)


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    monkeypatch.setenv("ARATOHU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ARATOHU_RASA_URL", "http://127.0.0.1:9")


@pytest.mark.usefixtures("surroundings")
def test_scanning_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scanner(Settings.load()) is None
    for wrong in ("127.0.0.1:3310", "tcp://127.0.0.1", "http://127.0.0.1:3310"):
        monkeypatch.setenv("ARATOHU_CLAMD", wrong)
        with pytest.raises(SettingsError, match="tcp://host:3310"):
            Settings.load()
    monkeypatch.setenv("ARATOHU_CLAMD", "unix:///run/clamav/clamd.ctl")
    assert scanner(Settings.load()) is not None


@pytest.fixture
def scanned(surroundings: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[House, Played]]:
    with played() as server:
        monkeypatch.setenv("ARATOHU_CLAMD", server.url)
        house = build(Settings.load())
        yield house, server
        house.close()


def test_a_file_is_scanned_before_it_is_kept(scanned: tuple[House, Played]) -> None:
    house, server = scanned
    browser = Browser(assemble(house))
    conversation, token = house.store.open()
    address = f"/api/v1/conversations/{conversation.id}/documents"
    headers = {"Authorization": f"Bearer {token}"}
    with house.store.change(conversation.id) as context:
        context.draft, context.asking = Draft(service="renew-passport"), "passport_photo"
        context.facts["full_name"] = "Mere Ngata"

    def give(content: bytes) -> int:
        return browser.send("POST", address, files={"file": ("me.jpg", content)}, headers=headers).status_code

    def kept() -> int:
        with house.database.read() as session:
            return session.scalar(select(func.count()).select_from(DocumentRow)) or 0

    assert give(BAD) == 422
    server.shutdown()
    server.server_close()
    # Gently: try again later; the question stays open, and what was said before is there.
    assert give(JPEG) == 503
    context = house.store.context(conversation.id)
    assert (context.asking, context.facts["full_name"], kept()) == ("passport_photo", "Mere Ngata", 0)
