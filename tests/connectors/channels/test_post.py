"""Email that a person asked for, over a real SMTP connection."""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Iterator
from email.policy import default
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.channels.post import BadAddress, Post, PostDown
from connectors.channels.settings import Settings, SettingsError


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it gets."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        super().__init__(("127.0.0.1", 0), Session)


class Session(socketserver.StreamRequestHandler):
    """RFC 5321, as far as a client that sends one message needs it."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            verb = line.split()[0].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                assert isinstance(self.server, Mailbox)
                self.server.letters.append(letter)
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                return


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def post(tmp_path: Path, url: str | None) -> Post:
    return Post(Settings(data_dir=tmp_path, smtp_url=SecretStr(url) if url else None, smtp_from="notes@example.org"), 3)


def test_a_message_arrives_with_its_file(tmp_path: Path, mailbox: Mailbox) -> None:
    sending = post(tmp_path, f"smtp://127.0.0.1:{mailbox.server_address[1]}")
    assert sending.is_there
    sending.send(" mere@example.co.nz ", "Your notes", "Tō mahere", [("plan.pdf", "application/pdf", b"%PDF-1.7")])
    letter = email.message_from_bytes(mailbox.letters[0], policy=default)
    assert (letter["To"], letter["From"]) == ("mere@example.co.nz", "notes@example.org")
    assert letter["Subject"] == "Your notes"
    body = letter.get_body()
    assert body is not None
    assert "Tō mahere" in body.get_content()
    assert [one.get_filename() for one in letter.iter_attachments()] == ["plan.pdf"]


@pytest.mark.parametrize(
    "address", ["", "mere", "mere@", "a@b.nz\r\nBcc: other@example.org", "a@example.org, b@example.org"]
)
def test_what_is_no_address_is_refused(tmp_path: Path, mailbox: Mailbox, address: str) -> None:
    with pytest.raises(BadAddress):
        post(tmp_path, f"smtp://127.0.0.1:{mailbox.server_address[1]}").send(address, "Your notes", "x")
    assert mailbox.letters == []


def test_a_server_that_is_away_is_told_without_the_address(tmp_path: Path) -> None:
    with pytest.raises(PostDown) as told:
        post(tmp_path, "smtp://127.0.0.1:1").send("mere@example.co.nz", "Your notes", "x")
    assert "mere" not in str(told.value)


def test_without_a_server_there_is_no_email(tmp_path: Path) -> None:
    assert not post(tmp_path, None).is_there


@pytest.mark.parametrize("url", ["http://mail.example.org", "smtp://", "mail.example.org:25"])
def test_a_setting_that_names_no_mail_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str) -> None:
    monkeypatch.setenv("ARATOHU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ARATOHU_SMTP_URL", url)
    with pytest.raises(SettingsError, match="ARATOHU_SMTP_URL"):
        Settings.load()
