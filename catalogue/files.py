"""Reads the catalogue's YAML files, and says where a mistake is and how to mend it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from catalogue import model

DATA = Path(__file__).parent / "data"
"""The catalogue that this project ships."""

OTHERS = ("rules", "rates")
"""Folders in it that :mod:`catalogue.rules` reads."""

FILL = "FILL IN:"
"""What stands in a new file where something must be written."""

_Kind = TypeVar("_Kind", bound=BaseModel)

_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Fast):  # type: ignore[misc]
    """A safe loader that leaves days as they are written, for the model to judge, and refuses a key given twice."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in _Fast.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """A mapping whose keys are all different."""
        keys = [key.value for key, _ in node.value]
        if len(set(keys)) < len(keys):
            twice = next(key for key, _ in reversed(node.value) if keys.count(key.value) > 1)
            raise yaml.constructor.ConstructorError(None, None, f"`{twice.value}` is given twice", twice.start_mark)
        return super().construct_mapping(node, deep)


class CatalogueError(Exception):
    """The catalogue's files can't be used as they are.

    ``problems`` lists every one found, each as ``file:line: what is wrong; how to mend it``.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def read(folder: Path = DATA) -> model.File:
    """All files below ``folder`` as one. See :func:`read_all`."""
    return read_all(folder)[0]


Places = dict[tuple[str, str], Path]
"""The file of each thing, by list and id: ``("services", "register-birth")``."""


def read_all(folder: Path = DATA) -> tuple[model.File, Places]:
    """All files below ``folder`` as one, and which of them holds what.

    Raises:
        CatalogueError: with every problem in every file, not the first one alone.
    """
    problems: list[str] = []
    parts: list[model.File] = []
    places: Places = {}
    paths = sorted(path for path in folder.rglob("*.yml") if path.relative_to(folder).parts[0] not in OTHERS)
    if not paths:
        raise CatalogueError([f"{folder}: no catalogue files (*.yml) here"])
    for path in paths:
        try:
            part = read_file(path, folder)
            parts.append(part)
            places |= {(name, item.id): path for name in model.File.model_fields for item in getattr(part, name)}
        except CatalogueError as error:
            problems += error.problems
    if problems:
        raise CatalogueError(problems)
    whole = {name: tuple(item for part in parts for item in getattr(part, name)) for name in model.File.model_fields}
    return model.File(**whole), places


def read_file(path: Path, folder: Path = DATA) -> model.File:
    """One file, checked against the model."""
    return read_as(model.File, path, folder)


def read_as(kind: type[_Kind], path: Path, folder: Path = DATA) -> _Kind:
    """One file of any ``kind``, checked against that model."""
    name = path.relative_to(folder).as_posix()
    text = path.read_text(encoding="utf-8")
    unfilled = list(_unfilled(name, text))
    if unfilled:
        raise CatalogueError(unfilled)
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, in C where there is one
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogueError(
            [f"{name}:{line}: this is not YAML ({error.problem}); check indents, colons and quotes"]
        ) from None
    if not isinstance(content, dict):
        lists = ", ".join(f"`{key}:`" for key in kind.model_fields)
        raise CatalogueError([f"{name}:1: the file holds no list; start it with one of {lists}"])
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        node = yaml.compose(text, Loader=_Loader)
        raise CatalogueError(list(_problems(kind, name, node, error))) from None


def _unfilled(name: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        key, _, rest = line.partition(FILL)
        if rest and not key.lstrip().startswith("#"):
            field = re.findall(r"(\w+): *['\"]?$", key)
            named = f"`{field[0]}`" if field else "this"
            wanted = rest.split("  #")[0].strip(" }'\"")
            yield f"{name}:{number}: {named} is not filled in yet; write {wanted}"


def place(path: Path, kind: str, id: str, *inside: str | int) -> int:
    """The line (from 1) of the item ``id`` of the list ``kind``, or of something inside it. Where two share the id, the
    second."""
    node: Any = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    items = next(value for key, value in node.value if key.value == kind).value
    numbers = [
        number
        for number, item in enumerate(items)
        if any(key.value == "id" and value.value == id for key, value in item.value)
    ]
    return _line(node, (kind, numbers[-1], *inside))


def lines(path: Path, places: Iterable[tuple[str | int, ...]]) -> list[int]:
    """The line (from 1) of each of the ``places`` in a YAML file."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    return [_line(node, place) for place in places]


def _problems(kind: type[BaseModel], name: str, node: Any, error: ValidationError) -> Iterator[str]:
    # The tags that tell kinds of expressions apart, such as <all>, are not in the file.
    errors = [
        (one, tuple(part for part in one["loc"] if part != "[key]" and not re.fullmatch("<.+>", str(part))))
        for one in error.errors()
    ]
    # A misspelt field is one mistake and not two: what it was meant to be is not missing.
    meant = {
        (*place[:-1], close[0])
        for one, place in errors
        if one["type"] == "extra_forbidden" and (close := _close(kind, place))
    }
    told = (
        f"{name}:{_line(node, place)}: {_say(kind, one, place)}"
        for one, place in errors
        if one["type"] != "missing" or place not in meant
    )
    yield from dict.fromkeys(told)


def _close(kind: type[BaseModel], place: tuple[Any, ...]) -> list[str]:
    """The field that the last of ``place`` may be meant to be, if any is like it."""
    return difflib.get_close_matches(str(place[-1]), _fields_at(kind, place[:-1]), n=1)


def _say(kind: type[BaseModel], one: Any, place: tuple[Any, ...]) -> str:
    key = str(place[-1]) if place else "file"
    if one["type"] == "extra_forbidden" and " " in key:
        return f"`{key}` is not a field; a text with a comma inside {{...}} needs quotes"
    if one["type"] == "extra_forbidden":
        known = _fields_at(kind, place[:-1])
        close = _close(kind, place)
        hint = f"did you mean `{close[0]}`?" if close else f"fields here: {', '.join(known)}"
        return f"`{key}` is not a field; {hint}"
    if one["type"] == "missing":
        return f"`{key}` is missing; add it"
    message = one["msg"].removeprefix("Value error, ")
    return f"`{key}`: {message[:1].lower()}{message[1:]}"


def _fields_at(root: type[BaseModel], place: tuple[Any, ...]) -> list[str]:
    """The field names that the model knows at ``place``."""
    kind: Any = root
    for part in place:
        if isinstance(part, int) or not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            continue
        by_name = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        kind = _model_in(by_name.get(str(part), kind)) or kind
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [field.alias or name for name, field in kind.model_fields.items()]
    return []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _model_in(inner)
        if found:
            return found
    return None


def _line(node: Any, place: tuple[Any, ...]) -> int:
    """The line (from 1) of what stands at ``place`` in a composed document, or of the nearest thing around it."""
    line: int = node.start_mark.line
    for part in place:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    line, node = key.start_mark.line, value
                    break
            else:
                break
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
        elif isinstance(part, int):
            continue
        else:
            break
    return line + 1
