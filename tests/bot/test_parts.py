"""The parts without Rasa: text, n-grams, calibration, thresholds, phrases, groups, figures, the examples' report."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction.text import TfidfVectorizer

from bot import examples as report
from bot.encoder.session import FOLDER, Encoder, digest
from bot.groups import ALIKE, groups, pairs
from bot.measure import figures
from bot.measure.plots import bars, reliability
from bot.measure.sets import Utterance, read
from bot.model import linear
from bot.model.calibration import Calibration, expected_error, rivals
from bot.model.deciding import NO_LEAD, Decided, Decisions, Rates, leading, leaning, log_odds
from bot.model.labels import LabelModel
from bot.model.linear import OneVsRest, out_of_fold
from bot.model.neighbours import Neighbours
from bot.model.ngrams import Ngrams
from bot.model.phrases import Phrases
from bot.model.reading import Reading
from bot.model.spelling import Spelling
from bot.model.thresholds import NEVER, best_f, lowest, upper
from bot.text import clean, fold, scripts

GRAMS = {"shortest": 2, "longest": 4, "word_floor": 1, "character_floor": 1, "most": 1_000}


def test_text_is_cut_and_cleaned() -> None:
    assert clean("a b " * 5_000) == ("a b " * 500).strip()
    assert clean("one\x00two\u202e \n three") == "one two three"
    assert clean("helppppppp") == "helppp"
    assert clean(None) == clean("\ud800\x07") == ""


def test_macrons_fold_and_vowels_of_other_scripts_stay() -> None:
    assert fold("Hapū me te Tāne") == "hapu me te tane"
    assert fold("नहीं") == "नहीं"
    assert scripts("kia ora 你好") == {"LATIN": 6, "CJK": 2}


def test_ngrams_are_the_same_with_and_without_macrons(tmp_path: Path) -> None:
    grams = Ngrams(GRAMS).fit(["kua mate taku pāpā", "kei te pai"])
    one, other = grams.rows(["KUA MATE TAKU PAPA", "kua mate taku pāpā"]).toarray()
    assert np.allclose(one, other)
    grams.save(tmp_path)
    assert np.allclose(Ngrams.load(tmp_path).rows(["pai"]).toarray(), grams.rows(["pai"]).toarray())
    assert grams.rows(["", "zzz"]).nnz == 0
    chinese = Ngrams(GRAMS).fit(["我失业了", "失业"]).rows(["业绩", "绩"])
    assert (chinese[0].nnz, chinese[1].nnz) == (1, 0)


def test_the_encoder_gives_unit_vectors_and_knows_what_it_saw() -> None:
    encoder = Encoder()
    vectors = encoder.encode(["we are having a baby", "", "🙂" * 500, "expecting our first child"])
    assert vectors.shape == (4, encoder.size)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert vectors[0] @ vectors[3] > vectors[0] @ vectors[2]
    assert not encoder.seen(["a sentence nobody ever wrote about purple gears"]).any()
    texts = [f"{'more ' * count}words" for count in range(9)]
    assert np.allclose(encoder.encode(texts, batch=2, workers=2), encoder.encode(texts, batch=2))
    assert digest("a") != digest("b")
    assert Encoder.card()["source_sha256"].startswith("53aa51172d14")


def test_a_missing_encoder_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make tune-encoder"):
        Encoder(tmp_path)
    assert (FOLDER / "model.onnx").stat().st_size < 30_000_000


def test_calibration_mends_boasting_scores() -> None:
    dice = np.random.RandomState(0)
    truth = dice.rand(4_000, 1) < 0.5
    scores = np.hstack([np.where(truth, 1, -1) + dice.randn(4_000, 1), np.full((4_000, 1), -5.0)]) * 6
    table = np.hstack([truth, np.zeros_like(truth)]).astype(float)
    chances = Calibration.fit(scores, table).probabilities(scores)
    assert expected_error(chances[:, 0], truth[:, 0]) < 0.03
    assert Calibration.of(Calibration(2, 1, 0).content()).slope == 2
    assert rivals(np.array([[1.0, 3.0, 2.0]])).tolist() == [[3.0, 2.0, 3.0]]


def test_thresholds_keep_their_rate() -> None:
    values = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    wrong = np.array([False, False, False, True, True])
    assert lowest(values, wrong, 0.0, 0.0) == 0.7
    assert lowest(values, wrong, 0.25, 0.0) == 0.6
    assert lowest(values, np.ones(5, dtype=bool), 0.5, 0.0) == NEVER
    assert lowest(np.zeros(0), np.zeros(0, dtype=bool), 0.5, 0.0) == NEVER
    assert lowest(values, wrong, 0.1, 2.0) == NEVER
    assert upper(0, 10, 1.64) > 0
    assert upper(0, 0, 1.0) == 1


def test_ngrams_have_the_same_places_in_every_run() -> None:
    """The order of a set goes by a seed that Python draws anew each time it starts."""
    code = (
        "from bot.model.ngrams import Ngrams\n"
        "config = {'shortest': 3, 'longest': 4, 'word_floor': 1, 'character_floor': 1, 'most': 20}\n"
        "texts = ['two loaves of bread', 'a bottle of wine', 'oil and salt']\n"
        "print(Ngrams(config).fit(texts).rows(['bread and wine']).toarray().tolist())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(report.ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_equal_values_stand_or_fall_together() -> None:
    values = np.array([0.9, 0.5, 0.5])
    assert lowest(values, np.array([False, False, True]), 0.1, 0.0) == 0.9


def test_the_detection_threshold_weighs_finding() -> None:
    values, right = np.array([0.9, 0.6, 0.4, 0.3]), np.array([True, False, False, True])
    assert best_f(values, right, np.ones(4), 0.5) == 0.9
    assert best_f(values, right, np.ones(4), 3.0) == 0.3


def test_dense_columns_fit_together_and_parts_add_up() -> None:
    dice = np.random.RandomState(0)
    dense = dice.randn(3_000, 6)
    table = np.stack([dense[:, 0] > 0, dense[:, 1] + dense[:, 2] > 0, np.zeros(3_000)], axis=1).astype(float)
    one = OneVsRest.fit_dense(dense, table, 100.0)
    alone = OneVsRest.fit_dense(dense, table, 100.0, jobs=1)
    assert np.allclose(one.scores(dense), alone.scores(dense), atol=0.05)
    assert ((one.scores(dense) > 0) == (table > 0)).mean() > 0.97
    other = OneVsRest(np.ones((2, 3), dtype=np.float32), np.ones(3, dtype=np.float32))
    both = OneVsRest.added((one, other), np.array([0.5, 2.0]))
    wanted = 0.5 * one.scores(dense) + 2 * other.scores(np.ones((3_000, 2)))
    assert np.allclose(both.scores(np.hstack([dense, np.ones((3_000, 2))])), wanted, atol=1e-3)


def test_a_further_label_is_judged_beside_the_likeliest() -> None:
    dice = np.random.RandomState(0)
    first, own = dice.uniform(0, 6, 2_000), dice.uniform(-5, 3, 2_000)
    right = own + 0.5 * first + dice.randn(2_000) > 0
    chances, best = (1 / (1 + np.exp(-odds)) for odds in (own, first))
    unknown = np.full(2_000, 0.5)
    lean, heed = leaning(chances, best, right, unknown)
    assert abs(lean - 0.5) < 0.1
    assert heed == 0
    assert leaning(chances, best, np.ones(2_000, dtype=bool), unknown) == (0, 0)
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()
    decided = Decisions({"bread": "accept", "wine": "accept"}, ["bread", "wine"], {"accept": 0.9}, -1.0, 0.5, 0.5)
    assert decided.decide({"bread": 0.99, "wine": 0.05}).detected == ["bread", "wine"]
    assert decided.decide({"bread": 0.6, "wine": 0.05}).detected == ["bread"]


def test_a_further_label_is_judged_by_whether_there_are_several() -> None:
    dice = np.random.RandomState(0)
    first, own, count = dice.uniform(0, 6, 4_000), dice.uniform(-5, 3, 4_000), dice.uniform(-4, 4, 4_000)
    right = own + 0.5 * first + 2 * count + dice.randn(4_000) > 0
    lean, heed = leaning(*(1 / (1 + np.exp(-odds)) for odds in (own, first)), right, 1 / (1 + np.exp(-count)))
    assert abs(lean - 0.5) < 0.1
    assert abs(heed - 2) < 0.3
    labels = ["bread", "oil", "wine"]
    decided = Decisions(dict.fromkeys(labels, "accept"), labels, {"accept": 0.9}, -1.0, heed=1.0, more=-1.5)
    chances = {"bread": 0.99, "wine": 0.3, "oil": 0.1}
    assert decided.decide(chances, several=0.1).detected == ["bread"]
    assert decided.decide(chances, several=0.6).detected == ["bread", "wine"]
    # That there are several tells nothing of a third.
    assert decided.decide(chances, several=0.9).detected == ["bread", "wine"]
    assert decided.decide(chances | {"oil": 0.2}, several=0.9).detected == ["bread", "wine", "oil"]


def test_later_labels_have_a_threshold_of_their_own() -> None:
    labels = ["bread", "oil", "wine"]
    target = np.array([[1, 0, 1], [1, 0, 1], [1, 0, 0], [1, 1, 1]] * 50)
    chances = np.where(target, 0.6, 0.1)
    chances[:, 0] = 0.9
    learned = Decisions.fit(labels, chances, target, {}, np.ones(200, dtype=bool), Rates())
    assert learned.decide({"bread": 0.9, "wine": 0.6, "oil": 0.1}).detected == ["bread", "wine"]
    assert learned.decide({"bread": 0.9, "wine": 0.6, "oil": 0.6}).detected == ["bread", "wine", "oil"]
    single = Decisions.fit(labels, chances[2::4], target[2::4], {}, np.ones(50, dtype=bool), Rates())
    assert single.decide({"bread": 0.9, "wine": 0.49, "oil": 0.49}).detected == ["bread"]


def test_whether_there_are_several_is_learned_from_how_people_write() -> None:
    """A word that stands in examples of two labels, whichever they are, tells that a third pair is two as well."""
    config = {"dense": 16.0, "sparse": 16.0, "trust": 1.0, "neighbours": 0.5, "folds": 2, "joined": 0.0}
    kinds = [["bread"], ["wine"], ["oil"], ["bread", "wine"], ["bread", "oil"]]
    words = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 1, 0, 1], [1, 0, 1, 1]], dtype=np.float32)
    vectors, names = np.tile(words, (60, 1)), kinds * 60
    several = np.array([len(row) > 1 for row in names])
    alone, all_of_them = np.arange(300), np.ones(300, dtype=bool)
    model = LabelModel.fit(vectors, csr_matrix(vectors), names, several, alone, all_of_them, config)
    assert model.held.shape == (300, 4)
    (_, one), (_, two) = (
        model.probabilities(np.array(row, dtype=np.float32), csr_matrix([row])) for row in ([0, 1, 1, 0], [0, 1, 1, 1])
    )
    assert one < 0.3
    assert two > 0.7


def test_decisions_are_learned_and_read_back(tmp_path: Path) -> None:
    labels = ["bread", "danger", "noise", "wine"]
    target = np.eye(4)[np.arange(400) % 4]
    chances = target * 0.8 + 0.05
    named = {"danger": "crisis", "noise": "out_of_scope"}
    learned = Decisions.fit(
        labels, chances, target, named, np.ones(400, dtype=bool), Rates(), apart=[["bread", "wine"]]
    )
    learned.save(tmp_path)
    learned = Decisions.load(tmp_path)
    assert learned.default == ["bread", "wine"]
    assert learned.decide({"bread": 0.9, "wine": 0.02, "danger": 0.01, "noise": 0.01}).decision == "accept"
    assert learned.decide({"bread": 0.9, "wine": 0.3, "danger": 0.01, "noise": 0.01}).decision == "clarify"
    assert learned.decide({"bread": 0.9999, "wine": 0.11, "danger": 0.01, "noise": 0.01}).decision == "clarify"
    assert learned.decide({"bread": 0.8, "wine": 0.02, "danger": 0.9, "noise": 0.01}).decision == "crisis"
    assert learned.decide({"bread": 0.1, "wine": 0.02, "danger": 0.01, "noise": 0.95}).decision == "out_of_scope"
    unsure = learned.decide({"bread": 0.3, "wine": 0.29, "danger": 0.01, "noise": 0.2})
    assert unsure.decision == "clarify"
    assert unsure.choices == ["bread", "wine"]
    assert learned.decide({"bread": 0.9}, forced="crisis").decision == "crisis"
    assert learned.decide({"bread": 0.9}, empty=True).decision == "clarify"


def test_crisis_phrases() -> None:
    phrases = Phrases.read(Path(report.ROOT / "bot" / "data" / "crisis.yml"))
    for text in (
        "I want to kill myself",
        "i dont wanna live any more",
        "he's got a knife please help",
        "kei te hiahia au ki te mate",
        "my baby is not breathing",
        "there's a tsunami siren going off",
        "im so tired of being alive",
        "she's been saving up her pills",
        "my stepdad comes in my room at night",
        "there's a little girl being hurt next door",
        "cant talk he's in the next room",
        "i keep picturing driving into a truck",
        "I have resolved to take my own life",
        "The undersigned no longer wishes, and I no longer wish to live.",
        "water is up to our bench and still going",
        "nana and I are on the roof",
        "flames both sides and we can't get out",
    ):
        assert phrases.match(text), text
    for text in (
        "my passport application is killing me",
        "can someone take my life insurance over",
        "who pays for the blokes that are on our roof repairing it",
        "dad took his own life in 2019, the house is still in his name",
        "hurt myself lifting a fridge",
        "my phone died",
        "I'd rather die than ask for help",
        "the battery in my car is dead",
        "just killing time till the office opens",
        "kill the lights",
        "my dad died on sunday",
        "how many panadol can I take in a day",
        "we're on the bridge club committee",
        "can i take my tablets through customs",
        "the kids are in bed and I want to enrol them at school",
        "",
    ):
        assert not phrases.match(text), text


def test_near_duplicates_share_a_group() -> None:
    of = groups(["how much is a birth certificate", "how much is a birth certificate?", "lost my job", ""])
    assert of[0] == of[1]
    assert len(set(of)) == 3


def test_near_duplicates_are_those_that_comparing_every_pair_finds() -> None:
    texts = [example.text for example in report.read(Path("nlu_data"))][:1_500]
    texts += [text.replace("?", "") + " pls" for text in texts[:200]] + ["no", "no", "", "", "?!"]
    found = pairs(texts)
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4)).fit_transform([f"#{fold(text)}#" for text in texts])
    all_of_them = (grams @ grams.T).toarray() >= ALIKE
    missed = int((all_of_them & ~(found.toarray() > 0)).sum())
    assert missed <= 0.001 * all_of_them.sum()
    assert not ((found.toarray() > 0) & ~((grams @ grams.T).toarray() >= ALIKE - 1e-4)).any()


EXAMPLES = ["my mum gets a benefit"] * 20 + ["the benefit was cut in march"] * 10 + ["kei te pēhea koe"] * 5


def test_slips_are_put_right_and_nothing_else() -> None:
    spelling = Spelling.fit(EXAMPLES)
    assert spelling.correct("the benifit of my mum").text == "the benefit of my mum"
    for text in (
        "the benefits of my mum",  # English as it is
        "my mum met Benifit there",  # a capital within a sentence: a name
        "kua tae mai te benifit ki ahau",  # another language
        "my mumm",  # too short
        "the bemefut",  # two slips in seven letters
        "",
    ):
        assert spelling.correct(text).text == text


def test_a_slip_that_many_make_is_a_word(tmp_path: Path) -> None:
    spelling = Spelling.fit([*EXAMPLES, *["my benifit stopped"] * 8])
    spelling.save(tmp_path)
    for one in (spelling, Spelling.load(tmp_path)):
        assert one.correct("my benifit").text == "my benifit"
        assert one.correct("my benfit").text == "my benefit"


def test_places_in_a_corrected_text_lead_back() -> None:
    spelling = Spelling.fit([*EXAMPLES, *["to the ministry"] * 9])
    text = "the bennefit from the minstry to my mum"
    spelt = spelling.correct(text)
    assert spelt.text == "the benefit from the ministry to my mum"
    for word, written in (("benefit", "bennefit"), ("from", "from"), ("ministry", "minstry"), ("mum", "mum")):
        start = spelt.text.index(word)
        assert text[spelt.place(start) : spelt.place(start + len(word))] == written


def _reading(decision: str, events: list[tuple[str, float]], detected: list[str]) -> Reading:
    return Reading("x", Decided(decision, events[0][0], events[0][1], events, detected), {}, 0.0, {})


def test_figures_count_what_they_say() -> None:
    rows = [
        Utterance("a", ("having_a_baby",), "life_event", "", "en", "chat"),
        Utterance("b", ("losing_a_baby", "losing_a_job"), "life_event", "", "mi", "agent_note"),
        Utterance("c", (), "out_of_scope", "", "en", "chat"),
        Utterance("d", (), "crisis", "", "en", "chat"),
    ]
    right = _reading("accept", [("having_a_baby", 0.9)], ["having_a_baby"])
    readings = [right, right, right, _reading("crisis", [("retiring", 0.1)], [])]
    found = figures.headline(rows, readings)
    assert (found["top_1"], found["outside_not_accepted"], found["crisis_recall"]) == (0.5, 0.0, 1.0)
    assert (found["accepted_wrong"], found["loss_confused"], found["both_found"]) == (round(2 / 3, 4), 1, 0.0)
    assert figures.confusions(rows, readings) == [("losing_a_baby", "having_a_baby", 1)]
    assert figures.is_wrong(rows[0], right) == []


def test_a_set_with_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set.tsv").write_text("text\tkind\nhello\tnonsense\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"set\.tsv:2"):
        read(tmp_path / "set.tsv")


def test_plots_are_svg() -> None:
    plot = reliability(np.array([0.1, 0.9]), np.array([False, True]), "a < b")
    assert plot.startswith("<svg")
    assert "a &lt; b" in plot
    assert bars("t", [("one", 1.0)], " ms").count("<rect") == 2


def test_the_report_names_broken_rules() -> None:
    made = [
        report.Example("life_events/losing_a_job", f"lost my job {n} times", ("losing_a_job",), {}) for n in range(9)
    ]
    said = "\n".join(report.problems([*made, made[0]], report.Rules()))
    for part in (
        "duplicate",
        "9 examples",
        "name the label",
        "one pattern",
        "no examples with register",
        "out of scope",
    ):
        assert part in said


def test_the_nearest_examples_count_by_meaning_and_rarer_words(tmp_path: Path) -> None:
    """Two kinds in two directions; of the same meaning, the one with the message's rare word counts most."""
    dice = np.random.RandomState(0)
    vectors = np.repeat(np.eye(6)[:2], 30, axis=0) + dice.normal(0, 0.01, (60, 6))
    rows = np.zeros((60, 3), dtype=np.float32)
    rows[:, 0] = 1  # every example has it, so it tells nothing
    rows[0, 1] = rows[30, 2] = 1
    target = np.repeat(np.eye(2), 30, axis=0)
    target[0] = [0, 1]
    learned = Neighbours.fit(vectors, csr_matrix(rows), target)
    learned.save(tmp_path)
    learned = Neighbours.load(tmp_path)
    common, rare, none = (csr_matrix([row], dtype=np.float32) for row in ([1, 0, 0], [1, 1, 0], [0, 0, 0]))
    assert np.argmax(learned.score(vectors[5], common)) == 0
    assert np.argmax(learned.score(vectors[40], none)) == 1
    # Its only companion in the rare word has the other label.
    assert np.argmax(learned.score(vectors[5], rare)) == 1
    several = learned.scores(vectors[[5, 40]], vstack([rare, none]).tocsr(), batch=1)
    assert np.allclose(several[0], learned.score(vectors[5], rare), atol=1e-3)
    assert np.isfinite(several).all()


def test_scores_out_of_fold_are_made_of_what_is_wanted_by_models_without_it() -> None:
    of_group = np.array([0, 0, 1, 2, 3, 4])
    asked: list[set[int]] = []

    def score(known: np.ndarray, rows: np.ndarray) -> np.ndarray:
        assert not set(of_group[known]) & set(of_group[rows])
        asked.append(set(rows.tolist()))
        return rows[:, np.newaxis].astype(float)

    wanted = np.array([True, False, True, True, False, True])
    scores = out_of_fold(score, of_group, 2, wanted)[:, 0]
    assert set.union(*asked) == {0, 2, 3, 5}
    assert np.array_equal(scores[wanted], [0, 2, 3, 5])
    assert np.isnan(scores[~wanted]).all()


def test_no_further_model_is_fitted_once_enough_rows_are_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "ENOUGH", 2)
    scores = out_of_fold(lambda known, rows: np.ones((len(rows), 1)), np.arange(6), 3, np.ones(6, dtype=bool))
    assert np.isnan(scores).sum() == 4


def test_few_examples_lean_on_what_the_encoder_knows() -> None:
    """A message whose words point one way and whose meaning the other: the same examples, few and many of them."""
    config = {"dense": 16.0, "sparse": 4.0, "trust": 0.1, "neighbours": 0.0, "folds": 2, "joined": 0.0}

    def chance(each: int) -> float:
        vectors = np.tile(np.eye(2, dtype=np.float32), (each, 1))
        names = [["bread"], ["wine"]] * each
        groups_of = np.arange(2 * each)
        model = LabelModel.fit(
            vectors, csr_matrix(vectors), names, np.zeros(2 * each), groups_of, np.ones(2 * each, dtype=bool), config
        )
        chances, several = model.probabilities(vectors[0], csr_matrix(vectors[1:2]))
        assert several < 0.1
        return float(chances[0])

    assert chance(5) > 0.5 > chance(400)


def test_of_two_that_must_not_be_confused_one_has_to_lead_further_than_a_wrong_one_ever_did() -> None:
    labels = ["bread", "wine"]
    chances = np.array([[0.8, 0.2], [0.9, 0.05], [0.99, 0.3], [0.2, 0.9]])
    target = np.array([[0, 1], [0, 1], [1, 0], [0, 1]])
    lead = leading(labels, chances, target, [labels], rival=0.1)
    # The second row's rival is too unlikely to count, the third row's is rightly second.
    assert lead == pytest.approx(0.5 + 2 * np.log(4))
    decided = Decisions(dict.fromkeys(labels, "accept"), labels, {"accept": 0.5}, 0, apart=[labels], lead=lead)
    assert decided.decide({"bread": 0.9, "wine": 0.15}).decision == "accept"
    assert decided.decide({"bread": 0.8, "wine": 0.15}).decision == "clarify"
    assert leading(labels, chances[2:], target[2:], [labels], rival=0.1) == NO_LEAD
