"""Email that a person asked for. Nothing here keeps an address."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from connectors.channels.settings import Settings


class BadAddress(ValueError):
    """That is no email address."""


class PostDown(Exception):
    """The mail server does not take the message; nothing was sent."""


def address(text: str) -> str:
    """An email address in its usual form.

    Raises:
        BadAddress: where it is none.
    """
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise BadAddress from None


class Post:
    """The mail server of the settings, if there is one."""

    def __init__(self, settings: Settings, timeout: float = 10.0) -> None:
        url = settings.smtp_url
        self._server = urlsplit(url.get_secret_value()) if url else None
        self._sender = settings.smtp_from
        self._timeout = timeout

    @property
    def is_there(self) -> bool:
        """Whether email can be sent at all."""
        return self._server is not None

    def send(self, to: str, subject: str, text: str, files: Sequence[tuple[str, str, bytes]] = ()) -> None:
        """Sends one message.

        Args:
            files: name, media type and content of each attachment.

        Raises:
            BadAddress: where ``to`` is none.
            PostDown: where it can't be sent now.
        """
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, address(to), subject
        message.set_content(text)
        for name, kind, content in files:
            main, _, sub = kind.partition("/")
            message.add_attachment(content, maintype=main, subtype=sub, filename=name)
        try:
            self._deliver(message)
        except (OSError, smtplib.SMTPException) as error:
            # The error's own words may hold the address.
            raise PostDown(type(error).__name__) from None

    def _deliver(self, message: EmailMessage) -> None:
        server = self._server
        if server is None:
            raise OSError
        host, context = server.hostname or "", ssl.create_default_context()
        made: smtplib.SMTP
        if server.scheme == "smtps":
            made = smtplib.SMTP_SSL(host, server.port or 465, timeout=self._timeout, context=context)
        else:
            made = smtplib.SMTP(host, server.port or 25, timeout=self._timeout)
        with made:
            if server.scheme == "smtp+tls":
                made.starttls(context=context)
            if server.username:
                made.login(unquote(server.username), unquote(server.password or ""))
            made.send_message(message)
