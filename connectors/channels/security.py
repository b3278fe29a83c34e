"""What every request meets first: headers, limits on size and number, and proof that a form is ours."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable

from fastapi import Request, Response
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cases.documents import LARGEST
from connectors.channels.problems import Problem, answer

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Sent with every answer. No page needs an inline script, a third party or the address of the page before it."""


_FILES = (("/chat/documents", ""), ("/api/v1/conversations/", "/documents"), ("/applications/", "/information"))
"""Where files are given: how these addresses begin and end."""


class Guard:
    """ASGI middleware: security headers, a limit on bodies, a limit on requests from one address.

    Args:
        largest: bytes of a request's body, at most.
        rate: requests from one address, as ``limits`` writes them: ``120/minute``.
        tell: how a refusal is told; as a problem document where it is left out.
        private: paths that only other programs of ours call, which are not counted.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        largest: int,
        rate: str,
        tell: Callable[[Request, Problem], Response] | None = None,
        private: tuple[str, ...] = ("/internal/",),
    ) -> None:
        self._tell = tell or (lambda request, problem: answer(problem))
        self._app = app
        self._largest = largest
        self._rate = parse(rate)
        self._private = private
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or says why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await self._tell(Request(scope, receive), refusal)(scope, receive, with_headers)
            return
        await self._app(scope, self._counted(receive, self._limit(scope)), with_headers)

    def _limit(self, scope: Scope) -> int:
        path: str = scope["path"]
        if any(path.startswith(begin) and path.endswith(end) for begin, end in _FILES):
            # More than is taken, so that whoever chooses a photo that is too large is told so at the question.
            return LARGEST * 5
        # Rasa sends the whole conversation with each action call.
        return self._largest * 64 if path.startswith(self._private) else self._largest

    def _refusal(self, scope: Scope) -> Problem | None:
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdigit() or int(length) > self._limit(scope):
            return Problem(413, "Too large", f"Send {self._limit(scope):,} bytes or fewer in one request.")
        path: str = scope["path"]
        if path.startswith((*self._private, "/static/")) or path in ("/api/v1/health", "/api/v1/ready"):
            return None
        client = (scope.get("client") or ("unknown", 0))[0]
        if not self._limiter.hit(self._rate, client):
            seconds = max(1, int(self._rate.get_expiry() / max(1, self._rate.amount)) + 1)
            return Problem(
                429,
                "Too many requests",
                "Wait a few seconds and try again. Nothing is lost.",
                headers={"Retry-After": str(seconds)},
            )
        return None

    def _counted(self, receive: Receive, limit: int) -> Receive:
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                # A body without a length that goes on and on.
                raise Problem(413, "Too large", f"Send {limit:,} bytes or fewer in one request.")
            return message

        return counted


class Forms:
    """Proof that a posted form came from our own page: a cookie, and its keyed digest in the form."""

    def __init__(self, secret: str, secure: bool) -> None:
        self._secret = secret.encode()
        self._secure = secure
        self.cookie = "__Host-aratohu-form" if secure else "aratohu-form"

    def token(self, request: Request, response: Response | None = None) -> str:
        """The token for a form on this page; sets the cookie where there is none yet."""
        visitor = request.cookies.get(self.cookie) or getattr(request.state, "visitor", None)
        if visitor is None:
            visitor = request.state.visitor = secrets.token_urlsafe(16)
        if response is not None and self.cookie not in request.cookies:
            self.set_cookie(response, self.cookie, visitor, request)
        return self._sign(visitor, secrets.token_hex(8))

    def check(self, request: Request, given: str) -> None:
        """Refuses a form that is not ours.

        Raises:
            Problem: 403, with what to do.
        """
        visitor = request.cookies.get(self.cookie, "")
        wanted = self._sign(visitor, given.partition(".")[0])
        if not visitor or not hmac.compare_digest(given.encode(), wanted.encode()):
            raise Problem(403, "The page was open too long", "Go back, load the page again and send it once more.")

    def set_cookie(self, response: Response, name: str, value: str, request: Request | None = None) -> None:
        """Sets a cookie that scripts can't read and other sites don't get. It ends with the browser's session.

        Where ``request`` comes from a frame on an agency's page, it is kept apart for that page, as browsers demand.
        """
        self._put(response, name, value, request is not None and is_framed(request))

    def delete_cookie(self, request: Request, response: Response, name: str) -> None:
        """Takes a cookie away again."""
        self._put(response, name, "", is_framed(request), max_age=0)

    def forget(self, request: Request, response: Response) -> None:
        """Takes away every cookie of ours that the browser has."""
        for name in request.cookies:
            if name.startswith(("aratohu-", "__Host-aratohu-")):
                self.delete_cookie(request, response, name)

    def _put(self, response: Response, name: str, value: str, framed: bool, max_age: int | None = None) -> None:
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            httponly=True,
            samesite="none" if framed else "lax",
            secure=self._secure or framed,
            path="/",
        )
        if framed:
            # Python writes this word itself from 3.14 on only.
            header, written = response.raw_headers[-1]
            response.raw_headers[-1] = (header, written + b"; Partitioned")

    def _sign(self, visitor: str, salt: str) -> str:
        # Salted, so that a compressed page does not give the token away by its length.
        return f"{salt}.{hmac.new(self._secret, f'{salt}.{visitor}'.encode(), hashlib.sha256).hexdigest()}"


def is_framed(request: Request) -> bool:
    """Whether the page stands in a frame on an agency's page. Every current browser says so of itself."""
    return request.headers.get("sec-fetch-dest") == "iframe" or (
        request.headers.get("sec-fetch-dest") == "empty" and FRAMED_COOKIE in request.cookies
    )


FRAMED_COOKIE = "aratohu-site"
"""Names the agency on whose page the frame stands; it is there in frames only."""
