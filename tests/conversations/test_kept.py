"""Plans that are kept: behind their link only, until their day, without a word of the person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from conversations import Kept, KeptPlan, Opinions, Store, Turn, Undo, UnknownPlan
from conversations.messages import Words
from storage import Database, Sealed, now
from storage.migrate import migrate


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'kept.sqlite'}"
    Sealed.use(Fernet.generate_key().decode())
    migrate(url)
    made = Database(url)
    yield made
    made.close()


def plan(days: float = 1) -> KeptPlan:
    until = now() + dt.timedelta(days=days)
    return KeptPlan(life_events=["having_a_baby"], made_on=dt.date(2026, 11, 25), expires_at=until)


def test_only_its_link_opens_a_plan(database: Database, tmp_path: Path) -> None:
    kept = Kept(database)
    secret = kept.keep(plan())
    assert len(secret) >= 40
    assert kept.find(secret).life_events == ["having_a_baby"]
    with pytest.raises(UnknownPlan):
        kept.find(secret[:-1] + ("A" if secret[-1] != "A" else "B"))
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("kept.sqlite*"))
    assert secret.encode() not in stored
    assert b"having_a_baby" not in stored


def test_ticks_stay_and_the_end_can_be_moved(database: Database) -> None:
    kept = Kept(database)
    secret = kept.keep(plan())
    kept.tick(secret, ["register-birth"])
    later = now() + dt.timedelta(days=30)
    kept.keep_until(secret, later)
    found = kept.find(secret)
    assert found.done == ["register-birth"]
    assert found.expires_at == later


def test_a_plan_whose_time_is_over_is_not_there_and_goes(database: Database) -> None:
    kept = Kept(database)
    over, stays = kept.keep(plan(-0.001)), kept.keep(plan())
    for act in (lambda: kept.find(over), lambda: kept.tick(over, []), lambda: kept.keep_until(over, now())):
        with pytest.raises(UnknownPlan):
            act()
    kept.forget()
    assert kept.find(stays).life_events == ["having_a_baby"]
    kept.delete(stays)
    with pytest.raises(UnknownPlan):
        kept.find(stays)


def conversation(database: Database) -> tuple[Store, Undo, str]:
    store = Store(database)
    return store, Undo(database, store), store.open()[0].id


def ask(store: Store, undo: Undo, id: str, text: str) -> int:
    context = store.context(id)
    asked = store.add(id, Turn(number=0, by="person", at=now(), text=text))
    undo.remember(id, asked.number, context)
    return asked.number


def test_the_last_message_is_taken_back_with_what_followed(database: Database) -> None:
    store, undo, id = conversation(database)
    ask(store, undo, id, "first")
    number = ask(store, undo, id, "second")
    with store.change(id) as context:
        context.life_events = ["someone_died"]
    store.add(id, Turn(number=0, by="assistant", at=now(), messages=[Words(text="I am sorry")], answers=number))
    assert undo.possible(id) == number
    taken = undo.take_back(id, number)
    assert taken is not None
    assert taken.text == "second"
    assert [turn.text for turn in store.turns(id)] == ["first"]
    assert store.context(id).life_events == []
    assert undo.gone(id) == [number, number + 1]
    # Numbers are not used again, and only the last message can be taken back.
    assert ask(store, undo, id, "third") == number + 2
    assert undo.take_back(id, number) is None


def test_what_an_adviser_answered_can_not_be_taken_back(database: Database) -> None:
    store, undo, id = conversation(database)
    ask(store, undo, id, "hello")
    store.add(id, Turn(number=0, by="adviser", at=now(), text="Kia ora"), by_desk=True)
    assert undo.possible(id) is None


def test_opinions_can_be_changed_and_count_once(database: Database) -> None:
    opinions, store = Opinions(database), Store(database)
    id = store.open()[0].id
    assert opinions.give(id, 3, useful=True)
    assert not opinions.give(id, 3, useful=False)
    assert opinions.of(id) == {3: False}
