import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.exc import IntegrityError

from conversations import Store, Turn, UnknownConversation
from conversations.messages import Words
from storage import Database, Sealed, now
from storage.migrate import migrate


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'conversations.sqlite'}"
    Sealed.use(Fernet.generate_key().decode())
    migrate(url)
    database = Database(url)
    yield Store(database)
    database.close()


def person(text: str) -> Turn:
    return Turn(number=0, by="person", at=now(), text=text)


def test_only_its_token_opens_a_conversation(store: Store) -> None:
    mine, token = store.open()
    other, others = store.open("mi", "dia")
    assert store.find(mine.id, token) == mine
    assert (other.language, other.agency) == ("mi", "dia")
    for id, secret in ((mine.id, others), (mine.id, ""), ("nobody", token)):
        with pytest.raises(UnknownConversation):
            store.find(id, secret)


def test_turns_keep_their_order(store: Store) -> None:
    conversation, _ = store.open()
    for number in range(1, 6):
        assert store.add(conversation.id, person(f"message {number}")).number == number
    assert [turn.text for turn in store.turns(conversation.id, since=3)] == ["message 4", "message 5"]


def test_typed_messages_come_back_as_they_were(store: Store) -> None:
    conversation, _ = store.open()
    said = Words(text="Kia ora", lang="mi", unreviewed=True)
    store.add(conversation.id, Turn(number=0, by="assistant", at=now(), messages=[said], decision="dialogue"))
    turn = store.turns(conversation.id)[0]
    assert turn.messages == [said]
    assert turn.decision == "dialogue"


def test_a_nonce_is_taken_once(store: Store) -> None:
    conversation, _ = store.open()
    store.add(conversation.id, person("once"), nonce="n1")
    seen = store.seen(conversation.id, "n1")
    assert seen is not None
    assert seen.text == "once"
    assert store.seen(conversation.id, "n2") is None
    with pytest.raises(IntegrityError):
        store.add(conversation.id, person("twice"), nonce="n1")


def test_one_turn_at_a_time(store: Store) -> None:
    conversation, _ = store.open()
    order: list[str] = []
    inside = threading.Event()

    def first() -> None:
        with store.turn(conversation.id):
            inside.set()
            order.append("first in")
            threading.Event().wait(0.1)
            order.append("first out")

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(5)
    with store.turn(conversation.id):
        order.append("second in")
    thread.join()
    assert order == ["first in", "first out", "second in"]


def test_the_context_is_kept(store: Store) -> None:
    conversation, _ = store.open()
    with store.change(conversation.id) as context:
        assert context.add_life_events(["having_a_baby", "having_a_baby"]) == ["having_a_baby"]
        context.facts["baby_birth_date"] = "2026-11-01"
    kept = store.context(conversation.id)
    assert kept.life_events == ["having_a_baby"]
    assert kept.facts == {"baby_birth_date": "2026-11-01"}


def test_the_code_for_the_phone_stays_the_same(store: Store) -> None:
    conversation, _ = store.open()
    assert store.code(conversation.id) == store.code(conversation.id)


def test_old_conversations_are_forgotten_with_their_turns(store: Store) -> None:
    conversation, token = store.open()
    store.add(conversation.id, person("hello"))
    assert store.forget(now() - dt.timedelta(days=1)) == 0
    assert store.forget(now() + dt.timedelta(seconds=1)) == 1
    with pytest.raises(UnknownConversation):
        store.find(conversation.id, token)
    assert store.turns(conversation.id) == []


def test_who_waits_for_an_answer(store: Store) -> None:
    conversation, _ = store.open()
    store.add(conversation.id, person("hello"))
    assert store.is_waiting(conversation.id)
    kept = Turn(number=0, by="assistant", at=now(), messages=[Words(text="Later")], decision="kept", answers=1)
    store.add(conversation.id, kept)
    assert store.waiting() == [conversation.id]
    store.add(conversation.id, Turn(number=0, by="assistant", at=now(), messages=[Words(text="Now")], answers=1))
    assert store.waiting() == []
    assert not store.is_waiting(conversation.id)
