"""Email that says that there is news of an application, to whoever asked for it. It holds nothing about the person."""

from __future__ import annotations

import logging

from cases import Cases
from connectors.channels.post import BadAddress, Post, PostDown
from conversations import Words

_log = logging.getLogger(__name__)


class Letters:
    """Tells of each change once. What can't be sent now is sent later; a crash in between may send one twice."""

    def __init__(self, cases: Cases, post: Post, words: Words, public_url: str) -> None:
        self._cases = cases
        self._post = post
        self._words = words
        self._url = f"{public_url}/applications"

    def send(self) -> int:
        """Sends what is to be told; gives how many letters went."""
        if not self._post.is_there:
            return 0
        gone = 0
        for news in self._cases.news():
            subject = self._words.text("news_subject", news.language, reference=news.reference)
            text = self._words.text("news_text", news.language, reference=news.reference, url=self._url)
            try:
                self._post.send(news.email, subject, text)
            except PostDown as error:
                _log.warning("email can't be sent now (%s); it is tried again", error)
                return gone
            except BadAddress:
                _log.warning("an address for news of %s can't be used any more", news.reference)
            self._cases.told(news)
            gone += 1
        return gone
