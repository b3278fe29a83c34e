"""One message's way, with a Rasa that is played over HTTP by a few lines here."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet

import catalogue
from conversations import BadMessage, Rasa, Store, Talk
from conversations.masking import mask
from conversations.rasa import Parse
from conversations.tables import ConversationRow
from conversations.talk import interrupts, tidy
from conversations.words import load
from insights import Ledger
from storage import Database, Sealed
from storage.migrate import migrate

Answer = Callable[[str, dict[str, Any]], Any]


class Played:
    """A Rasa that answers as the test says, and remembers what reached it."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.down = False
        self.said: list[dict[str, Any]] = [{"custom": {"type": "text", "text": "All right."}}]
        self.parse: dict[str, Any] = {"text": "", "decision": "accept", "intent": {"name": "accept", "confidence": 0.9}}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("no route")
        body = json.loads(request.content)
        if request.url.path == "/model/parse":
            return httpx.Response(200, json=self.parse)
        self.got.append(body["message"])
        return httpx.Response(200, json=self.said)


@pytest.fixture
def rasa() -> Played:
    return Played()


@pytest.fixture
def talk(tmp_path: Path, rasa: Played) -> Iterator[Talk]:
    url = f"sqlite:///{tmp_path / 'talk.sqlite'}"
    Sealed.use(Fernet.generate_key().decode())
    migrate(url)
    database = Database(url)
    client = Rasa("http://rasa.example", "token", transport=httpx.MockTransport(rasa))
    yield Talk(Store(database), client, catalogue.load(), load(), Ledger(database))
    client.close()
    database.close()


def opened(talk: Talk) -> str:
    conversation, _ = talk.store.open()
    talk.greet(conversation.id)
    return conversation.id


def test_a_message_is_stored_masked_and_answered(talk: Talk, rasa: Played) -> None:
    id = opened(talk)
    reply = talk.receive(id, text="my ird is 49-091-850 and we're having a baby")
    assert rasa.got == ["my ird is a number and we're having a baby"]
    assert [message.text for message in reply.messages] == ["All right."]
    turns = talk.store.turns(id)
    assert [turn.by for turn in turns] == ["assistant", "person", "assistant"]
    assert turns[1].text == "my ird is 49-091-850 and we're having a baby"


def test_the_same_nonce_gives_the_same_reply(talk: Talk, rasa: Played) -> None:
    id = opened(talk)
    first = talk.receive(id, text="hello", nonce="n1")
    assert talk.receive(id, text="hello", nonce="n1") == first
    assert rasa.got == ["hello"]


def test_only_choices_that_were_offered_are_taken(talk: Talk, rasa: Played) -> None:
    id = opened(talk)
    with pytest.raises(BadMessage, match="not one of those offered"):
        talk.receive(id, choice="send")
    rasa.said = [
        {"custom": {"type": "choices", "text": "?", "choices": [{"id": "event:someone_died", "label": "A death"}]}}
    ]
    talk.receive(id, text="help me")
    talk.receive(id, choice="event:someone_died")
    assert rasa.got[-1] == '/event{"value": "someone_died"}'
    assert talk.store.turns(id)[-2].text == "A death"


def test_a_slash_is_no_way_to_press_a_button(talk: Talk, rasa: Played) -> None:
    id = opened(talk)
    talk.receive(id, text="/send")
    talk.receive(id, text="//")
    assert rasa.got == ["send", "?"]


def test_an_answer_stays_with_us(talk: Talk, rasa: Played) -> None:
    id = opened(talk)
    with talk.store.change(id) as context:
        context.asking = "date_of_birth"
    talk.receive(id, text="27 3 1990")
    assert rasa.got == ["/answer"]
    assert talk.store.context(id).given == "27 3 1990"


def test_a_question_in_the_form_is_no_answer(talk: Talk, rasa: Played) -> None:
    id = opened(talk)
    with talk.store.change(id) as context:
        context.asking = "date_of_birth"
    rasa.parse |= {"question": "cost"}
    talk.receive(id, text="how much does it cost")
    assert rasa.got == ["how much does it cost"]
    assert talk.store.context(id).given is None


def test_a_message_is_kept_while_the_assistant_is_away(talk: Talk, rasa: Played) -> None:
    id = opened(talk)
    rasa.down = True
    reply = talk.receive(id, text="dad passed on tuesday")
    assert reply.decision == "kept"
    assert "kept" in reply.messages[0].text
    assert talk.store.waiting() == [id]
    rasa.down = False
    answered = talk.retry(id)
    assert answered is not None
    assert [message.text for message in answered.messages] == ["All right."]
    assert rasa.got == ["dad passed on tuesday"]
    assert talk.retry(id) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\u200b\u2060", "empty"),
        ("x" * 4001, "too long"),
        ("x" * 10_000, "too long"),
        ("hello\x00there", "can't be read"),
        ("\x1b[2J", "can't be read"),
    ],
)
def test_garbage_is_refused_with_what_to_do(talk: Talk, rasa: Played, text: str, says: str) -> None:
    id = opened(talk)
    with pytest.raises(BadMessage, match=says):
        talk.receive(id, text=text)
    assert talk.receive(id, text="still here").messages
    assert rasa.got == ["still here"]


def test_text_or_choice_and_not_both(talk: Talk) -> None:
    id = opened(talk)
    for more in ({}, {"text": "a", "choice": "b"}):
        with pytest.raises(BadMessage, match="one of the two"):
            talk.receive(id, **more)


def test_tidy_keeps_what_people_mean() -> None:
    assert tidy("  kua mate taku māmā 😢\nhe aha inaianei ") == "kua mate taku māmā 😢\nhe aha inaianei"
    assert tidy("e\u0304") == "ē"
    assert tidy("ignore\u202eme") == "ignoreme"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("i was born 27/3/1990", "i was born 27/3/1990"),
        ("we earn $85,000 a year", "we earn $85,000 a year"),
        ("call 0211234567", "call a number"),
        ("passport LA123456 lost", "passport a passport number lost"),
        ("acct 12-3456-1234567-00", "acct a bank account"),
        ("mail me: a.b+c@example.co.nz", "mail me: an email address"),
    ],
)
def test_masking(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("parse", "text", "reads", "expected"),
    [
        ({"decision": "crisis"}, "he is hitting me", True, True),
        ({"decision": "human", "confidence": 0.9}, "let me talk to a person", True, True),
        ({"decision": "human", "confidence": 0.2}, "Ngata", True, False),
        ({"decision": "human", "confidence": 0.2}, "no, somebody real", False, True),
        ({"decision": "dialogue", "intent": "back", "confidence": 0.9}, "go back", True, True),
        ({"decision": "dialogue", "intent": "greet", "confidence": 0.3}, "Kiri Hello", True, False),
        ({"decision": "accept", "question": "cost"}, "what does it cost?", True, True),
        ({"decision": "accept", "question": "where"}, "Waikato Hospital", True, False),
        ({"decision": "accept"}, "sometime in march", False, False),
        ({"decision": "accept"}, "why do you need that?", False, True),
        ({"decision": "out_of_scope"}, "why do you ask?", True, True),
        ({"decision": "out_of_scope"}, "Hutt Hospital?", True, False),
        ({"decision": "out_of_scope"}, "Willow Isabel", True, False),
    ],
)
def test_what_interrupts_a_form(parse: dict[str, Any], text: str, reads: bool, expected: bool) -> None:
    assert interrupts(Parse(text=text, **parse), text, reads) is expected


def test_the_assistant_keeps_silent_while_an_adviser_has_the_conversation(talk: Talk, rasa: Played) -> None:
    id = opened(talk)
    hold(talk, id, "adviser")
    rasa.got.clear()
    reply = talk.receive(id, text="are you a real person?")
    assert (reply.messages, reply.decision, rasa.got) == ([], "held", [])
    assert not talk.store.is_waiting(id)
    assert talk.retry(id) is None
    hold(talk, id, "assistant")
    assert talk.retry(id) is None, "what was said to the adviser is not answered later"
    assert talk.receive(id, text="thanks").messages


def test_an_answer_that_comes_after_an_adviser_took_over_is_not_said(talk: Talk, rasa: Played) -> None:
    id = opened(talk)
    real = talk.rasa.say

    def late(conversation: str, text: str, language: str) -> Any:
        said = real(conversation, text, language)
        hold(talk, id, "adviser")
        return said

    talk.rasa.say = late  # type: ignore[method-assign]
    reply = talk.receive(id, text="we are getting married")
    assert (reply.messages, reply.decision) == ([], "held")
    assert [turn.by for turn in talk.store.turns(id)] == ["assistant", "person"]
    assert talk.retry(id) is None


def hold(talk: Talk, conversation: str, holder: str) -> None:
    with talk.store._database.begin() as session:
        row = session.get(ConversationRow, conversation)
        assert row is not None
        row.holder = holder


LIST = {
    "type": "question",
    "text": "Which of these are true?",
    "fact": "lives_alone",
    "fact_type": "checklist",
    "lines": [{"fact": "lives_alone", "text": "I live alone"}, {"fact": "has_supergold", "text": "I have a card"}],
    "number": 1,
    "of": 2,
}


@pytest.fixture
def listed(talk: Talk, rasa: Played) -> str:
    id = opened(talk)
    rasa.said = [{"custom": LIST}]
    talk.receive(id, text="what can I get")
    with talk.store.change(id) as context:
        context.asking, context.listed = "lives_alone", ["lives_alone", "has_supergold"]
    return id


@pytest.mark.parametrize(
    ("choice", "shown"),
    [
        ("tick:lives_alone+has_supergold", "I live alone. I have a SuperGold card"),
        ("tick:none", "None of these"),
        ("unsure:has_supergold", "I have a SuperGold card. I'm not sure about the rest"),
    ],
)
def test_ticks_stay_with_us(talk: Talk, rasa: Played, listed: str, choice: str, shown: str) -> None:
    talk.receive(listed, choice=choice)
    assert rasa.got[-1] == "/answer"
    assert talk.store.context(listed).given == choice
    assert talk.store.turns(listed)[-2].text == shown


@pytest.mark.parametrize("choice", ["tick:", "tick:housing", "tick:lives_alone+housing", "unsure:"])
def test_only_what_is_listed_can_be_ticked(talk: Talk, rasa: Played, listed: str, choice: str) -> None:
    with pytest.raises(BadMessage):
        talk.receive(listed, choice=choice)


def test_a_list_that_is_no_more_on_the_table_takes_no_ticks(talk: Talk, rasa: Played, listed: str) -> None:
    with talk.store.change(listed) as context:
        context.asking = None
        context.offered.append("tick:none")
    with pytest.raises(BadMessage):
        talk.receive(listed, choice="tick:none")


def test_a_list_is_answered_by_its_numbers_and_interrupted_by_other_words(
    talk: Talk, rasa: Played, listed: str
) -> None:
    talk.receive(listed, text="only the first")
    assert (rasa.got[-1], talk.store.context(listed).given) == ("/answer", "only the first")
    rasa.parse, rasa.said = rasa.parse | {"question": "cost"}, []
    talk.receive(listed, text="yes")
    assert (rasa.got[-1], talk.store.context(listed).given) == ("/answer", "yes")
    talk.receive(listed, text="what does it cost?")
    assert rasa.got[-1] == "what does it cost?"
