"""Trained: what the components that learn something have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage


class Learned(Protocol):
    """What a component has learned; it also has a class method `load(folder)` that reads what `save` wrote."""

    def save(self, folder: Path) -> None:
        """Writes it into `folder`."""


Of = TypeVar("Of", bound=Learned)


class Trained(GraphComponent, Generic[Of]):
    """A component that keeps what it has learned in the model.

    A subclass names the class of that in `learns`, ends its `train` with `return self.keep(…)`, and finds it in
    `learned`, which is None before. It need not write `__init__`, `create` or `load`; its defaults are in `config`.
    """

    learns: ClassVar[type[Any]]

    def __init__(
        self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource, learned: Of | None
    ) -> None:
        self.config = {**self.get_default_config(), **config}
        self.name = name
        self.learned = learned
        self._model_storage = model_storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Trained[Of]:
        """Makes a component that has learned nothing yet."""
        return cls(config, execution_context.node_name, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Trained[Of]:
        """Reads what `keep` wrote."""
        with model_storage.read_from(resource) as folder:
            learned = cast("Of", cls.learns.load(folder))
        return cls(config, execution_context.node_name, model_storage, resource, learned)

    def keep(self, learned: Of) -> Resource:
        """Holds what was learned, and writes it into the model."""
        self.learned = learned
        with self._model_storage.write_to(self._resource) as folder:
            learned.save(folder)
        return self._resource
