"""Our pipeline beside others: same training data, same test data, same run (`make bench-nlu`).

Rasa's default pipeline trains for minutes on a few hundred sentences, so all train on one stratified sample of the
single-label examples. All are tested on the evaluation sets, which nothing was trained on, our encoder included: a
reading is right when its label is one of those expressed. Every contender runs in a process of its own; the memory is
that process's peak.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from bot import examples
from bot.evaluate import defaults
from bot.files import ROOT
from bot.measure.plots import bars
from bot.measure.sets import read
from bot.text import fold

OUTSIDE: Final = "out_of_scope"
Parse = Callable[[str], tuple[str, bool]]
"""From a text to the likeliest label, and whether the contender refuses the text."""

DEFAULT: Final[list[dict[str, Any]]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True},
    {"name": "EntitySynonymMapper"},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]
"""What `rasa init` writes, without the response selector, for which there is nothing to select."""


def sample(folder: Path, size: int, seed: int = 0) -> list[dict[str, Any]]:
    """Returns about `size` training rows with `text`, `label` and `decision`, by label, at least 2 of each."""
    rows = [row for row in examples.read(folder) if len(row.labels) == 1 and row.text]
    dice = np.random.RandomState(seed)
    by_label: dict[str, list[examples.Example]] = {}
    for at in dice.permutation(len(rows)):
        by_label.setdefault(rows[at].labels[0], []).append(rows[at])
    share = min(1.0, size / len(rows))
    return [
        {"text": row.text, "label": row.labels[0], "decision": row.metadata.get("decision")}
        for found in by_label.values()
        for row in found[: max(2, round(share * len(found)))]
    ]


def tests(paths: list[Path]) -> list[dict[str, Any]]:
    """Returns the rows of labelled sets that express an event, as `labels`, or lie outside, with no labels."""
    rows = [row for path in paths for row in read(path)]
    wanted = [row for row in rows if row.wanted == OUTSIDE or (row.in_scope and row.events)]
    return [{"text": row.text, "labels": list(row.events)} for row in wanted]


def by_rasa(
    train: list[dict[str, Any]], pipeline: list[dict[str, Any]], folder: Path
) -> Callable[[str], dict[str, Any]]:
    """Returns the parse function of a pipeline that Rasa trains in `folder`."""
    import asyncio

    from rasa.core.agent import load_agent
    from rasa.model_training import train_nlu

    blocks: dict[tuple[str, str | None], list[str]] = {}
    for row in train:
        blocks.setdefault((row["label"], row["decision"]), []).append(row["text"])
    nlu = [
        {
            "intent": label,
            "examples": "".join(f"- {text}\n" for text in texts),
            **({"metadata": {"decision": decision}} if decision else {}),
        }
        for (label, decision), texts in blocks.items()
    ]
    data = yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True)
    (folder / "nlu.yml").write_text(data, encoding="utf-8")
    config = {"recipe": "default.v1", "language": "en", "assistant_id": "bench", "pipeline": pipeline}
    (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    made = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder))
    agent = asyncio.run(load_agent(made))
    loop = asyncio.new_event_loop()
    return lambda text: loop.run_until_complete(agent.parse_message(text))


def ours(train: list[dict[str, Any]], folder: Path) -> Parse:
    """Returns our pipeline's parse, through Rasa as the others."""
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    pipeline = [
        {**part, "intent": "label"} if part["name"].endswith("Decision") else part for part in config["pipeline"]
    ]
    parse = by_rasa(train, pipeline, folder)

    def label(text: str) -> tuple[str, bool]:
        found = parse(text)
        return found["intent"]["name"], found["decision"] != "accept"

    return label


def rasa_default(train: list[dict[str, Any]], folder: Path) -> Parse:
    """Returns the parse of what `rasa init` sets up; refusing is its fallback, or the out-of-scope label."""
    parse = by_rasa(train, DEFAULT, folder)

    def label(text: str) -> tuple[str, bool]:
        ranking = parse(text)["intent_ranking"]
        refuses = ranking[0]["name"] in ("nlu_fallback", OUTSIDE)
        best = next(entry["name"] for entry in ranking if entry["name"] != "nlu_fallback")
        return best, refuses

    return label


def spacy_categoriser(train: list[dict[str, Any]], folder: Path) -> Parse:
    """Returns spaCy's default text categoriser, 20 rounds; refusing is the out-of-scope label."""
    import spacy
    from spacy.training import Example

    language = spacy.blank("en")
    part = language.add_pipe("textcat")
    labels = sorted({row["label"] for row in train})
    for label in labels:
        part.add_label(label)  # type: ignore[attr-defined]
    made = [
        Example.from_dict(language.make_doc(row["text"]), {"cats": {name: name == row["label"] for name in labels}})
        for row in train
    ]
    language.initialize(lambda: made)
    dice = np.random.RandomState(0)
    for _ in range(20):
        order = dice.permutation(len(made))
        for start in range(0, len(made), 32):
            language.update([made[at] for at in order[start : start + 32]])

    def label_of(text: str) -> tuple[str, bool]:
        cats = language(text).cats
        best = max(cats, key=lambda name: cats[name])
        return best, best == OUTSIDE

    return label_of


def ngrams(train: list[dict[str, Any]], folder: Path) -> Parse:
    """Returns tf-idf of word and character n-grams with logistic regression; refusing is the out-of-scope label."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    grams = make_union(
        TfidfVectorizer(ngram_range=(1, 2), preprocessor=fold),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), preprocessor=fold, min_df=2),
    )
    model = make_pipeline(grams, LogisticRegression(C=10, max_iter=300))
    model.fit([row["text"] for row in train], [row["label"] for row in train])

    def label(text: str) -> tuple[str, bool]:
        best = str(model.predict([text])[0])
        return best, best == OUTSIDE

    return label


CONTENDERS: Final[dict[str, Callable[[list[dict[str, Any]], Path], Parse]]] = {
    "ours": ours,
    "rasa-default": rasa_default,
    "spacy-textcat": spacy_categoriser,
    "ngrams-lr": ngrams,
}


def measure(name: str, train: list[dict[str, Any]], test: list[dict[str, Any]]) -> dict[str, Any]:
    """Trains and tests one contender in this process; times are of the wall, memory is the process's peak in MB."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        parse = CONTENDERS[name](train, Path(folder))
        training = time.perf_counter() - began
        parse("warming up")
        times: list[float] = []
        found: list[tuple[str, bool]] = []
        for row in test:
            start = time.perf_counter()
            found.append(parse(row["text"]))
            times.append((time.perf_counter() - start) * 1_000)
    inside = [got[0] in row["labels"] for row, got in zip(test, found, strict=True) if row["labels"]]
    outside = [got[1] for row, got in zip(test, found, strict=True) if not row["labels"]]
    return {
        "accuracy": round(float(np.mean(inside)), 4),
        "outside_recall": round(float(np.mean(outside)), 4) if outside else None,
        "p50_ms": round(float(np.percentile(times, 50)), 2),
        "p95_ms": round(float(np.percentile(times, 95)), 2),
        "training_s": round(training, 1),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main(arguments: list[str] | None = None) -> int:
    """Runs the contenders one after the other; writes a table, JSON and plots into the results folder."""
    parser = argparse.ArgumentParser(prog="python -m bot.benchmark", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "nlu_data")
    parser.add_argument("--size", type=int, default=600, help="sentences to train on")
    parser.add_argument("--sets", nargs="*", type=Path, help="labelled TSV files to test on")
    parser.add_argument("--results", type=Path, default=ROOT / ".data" / "benchmark")
    parser.add_argument("--only", nargs="*", choices=sorted(CONTENDERS), default=list(CONTENDERS))
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        name, rows, answer = options.one.split("|")
        both = json.loads(Path(rows).read_text(encoding="utf-8"))
        Path(answer).write_text(json.dumps(measure(name, *both)), encoding="utf-8")
        return 0
    options.results.mkdir(parents=True, exist_ok=True)
    train, test = sample(options.data, options.size), tests(options.sets or defaults())
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        rows, answer = Path(folder) / "rows.json", Path(folder) / "answer.json"
        rows.write_text(json.dumps([train, test]), encoding="utf-8")
        for name in options.only:
            command = [sys.executable, "-m", "bot.benchmark", "--one", f"{name}|{rows}|{answer}"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
            figures[name] = json.loads(answer.read_text(encoding="utf-8"))
            sys.stdout.write(f"{name}: {figures[name]}\n")
            sys.stdout.flush()
    columns = ["accuracy", "outside_recall", "p50_ms", "p95_ms", "training_s", "memory_mb"]
    table = ["| pipeline | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    table += [f"| {name} | " + " | ".join(str(of[key]) for key in columns) + " |" for name, of in figures.items()]
    said = f"{len(train)} training and {len(test)} test sentences, {time.strftime('%Y-%m-%d')}, {platform.machine()}"
    (options.results / "table.md").write_text("\n".join([said, "", *table]) + "\n", encoding="utf-8")
    content = {"train": len(train), "test": len(test), "figures": figures}
    (options.results / "benchmark.json").write_text(json.dumps(content, indent=1), encoding="utf-8")
    plot = bars(
        "Wrong, % of in-scope test sentences",
        [(n, round(100 - 100 * f["accuracy"], 1)) for n, f in figures.items()],
        " %",
    )
    (options.results / "errors.svg").write_text(plot, encoding="utf-8")
    sys.stdout.write("\n".join([said, *table]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
