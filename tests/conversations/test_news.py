"""News of a conversation: followers wake at once, lose nothing, and hear what other processes wrote."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from conversations import News, Store, Turn, UnknownConversation, follow, wait_for_turns
from storage import Database, Sealed, now
from storage.migrate import migrate


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path / 'conversations.sqlite'}"
    Sealed.use(Fernet.generate_key().decode())
    migrate(made)
    return made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    database = Database(url)
    made = Store(database, News(database, every=0.1))
    yield made
    made.news.close()
    database.close()


@pytest.fixture
def elsewhere(url: str) -> Iterator[Store]:
    """The same conversations as another process has them: it can wake nobody here."""
    database = Database(url)
    made = Store(database)
    yield made
    made.news.close()
    database.close()


def adviser(text: str) -> Turn:
    return Turn(number=0, by="assistant", at=now(), text=text)


def later(seconds: float, store: Store, conversation: str, text: str) -> threading.Timer:
    timer = threading.Timer(seconds, lambda: store.add(conversation, adviser(text)))
    timer.start()
    return timer


def test_what_is_there_is_given_at_once(store: Store) -> None:
    conversation, _ = store.open()
    store.add(conversation.id, adviser("one"))
    store.add(conversation.id, adviser("two"))
    assert [turn.text for turn in wait_for_turns(store, conversation.id, 1, 5)] == ["two"]


def test_who_waits_is_woken_by_a_turn(store: Store) -> None:
    conversation, _ = store.open()
    timer = later(0.2, store, conversation.id, "kia ora")
    began = time.monotonic()
    assert [turn.text for turn in wait_for_turns(store, conversation.id, 0, 10)] == ["kia ora"]
    assert time.monotonic() - began < 2
    timer.join()


def test_what_another_process_wrote_is_heard(store: Store, elsewhere: Store) -> None:
    conversation, _ = store.open()
    timer = later(0.4, elsewhere, conversation.id, "from elsewhere")
    assert [turn.text for turn in wait_for_turns(store, conversation.id, 0, 10)] == ["from elsewhere"]
    timer.join()


def test_nothing_new_gives_nothing(store: Store) -> None:
    conversation, _ = store.open()
    other, _ = store.open()
    timer = later(0.1, store, other.id, "not for you")
    assert wait_for_turns(store, conversation.id, 0, 0.4) == []
    timer.join()


def test_a_bell_for_every_conversation(store: Store) -> None:
    conversation, _ = store.open()
    with store.news.watch() as bell:
        store.add(conversation.id, adviser("hello"))
        assert bell.wait(5)


def test_following_gives_every_turn_once_and_in_order(store: Store, elsewhere: Store) -> None:
    conversation, _ = store.open()
    store.add(conversation.id, adviser("0"))

    def write() -> None:
        for number in range(1, 21):
            (store if number % 2 else elsewhere).add(conversation.id, adviser(str(number)))

    async def read() -> list[str]:
        texts: list[str] = []
        async for turns in follow(store, conversation.id, 0, pulse=1):
            texts += [turn.text or "" for turn in turns]
            if len(texts) >= 21:
                break
        return texts

    writing = threading.Thread(target=write)
    writing.start()
    assert asyncio.run(asyncio.wait_for(read(), 20)) == [str(number) for number in range(21)]
    writing.join()


def test_followers_are_counted(store: Store) -> None:
    conversation, _ = store.open()
    with store.news.watch(conversation.id), store.news.watch(conversation.id), store.news.watch():
        assert store.news.followers(conversation.id) == 2
    assert store.news.followers(conversation.id) == 0


def test_a_change_that_is_no_turn_is_a_sign_too(store: Store) -> None:
    conversation, _ = store.open()

    async def read() -> list[int]:
        seen: list[int] = []
        async for turns in follow(store, conversation.id, 0, pulse=0.1):
            seen.append(len(turns))
            if len(seen) == 3:
                break
        return seen

    assert asyncio.run(asyncio.wait_for(read(), 10)) == [0, 0, 0]


def test_following_ends_with_the_conversation(store: Store) -> None:
    conversation, _ = store.open()
    store.forget(now())

    async def read() -> None:
        async for _ in follow(store, conversation.id, 0):
            pass

    with pytest.raises(UnknownConversation):
        asyncio.run(asyncio.wait_for(read(), 10))


def test_closing_sends_followers_home(store: Store) -> None:
    conversation, _ = store.open()
    threading.Timer(0.2, store.news.close).start()
    began = time.monotonic()
    assert wait_for_turns(store, conversation.id, 0, 20) == []
    assert time.monotonic() - began < 5
