"""What can be started from here, given which agencies are connected: the catalogue as this operator has it."""

from __future__ import annotations

from collections.abc import Mapping

from catalogue import Catalogue, Service
from connectors.agencies.connections import Connection, starts_by_contract


def offered(catalogue: Catalogue, connections: Mapping[str, Connection], *, sandbox: bool) -> Catalogue:
    """The catalogue in which only what somebody takes starts by the contract.

    The rest starts where the catalogue says else: on the agency's own page, by phone, or in person. So nobody fills
    in a form here for an agency that can't be reached.

    Args:
        sandbox: whether the sandbox plays the agencies that are not connected.
    """

    def is_taken(service: Service) -> bool:
        connection = connections.get(service.agency)
        return service.id in connection.services if connection else sandbox

    changed = {
        service.id: elsewhere(catalogue, service)
        for service in catalogue.services.values()
        if starts_by_contract(service) and not is_taken(service)
    }
    return catalogue.with_services(changed) if changed else catalogue


def elsewhere(catalogue: Catalogue, service: Service) -> Service:
    """The service as it starts without the contract."""
    if any(one.url and catalogue.is_official(one.url) for one in service.channels):
        kind = "link"
    elif any(one.phone for one in service.channels):
        kind = "phone"
    else:
        kind = "in_person"
    start = service.start.model_copy(update={"kind": kind, "form": (), "optional": ()})
    return service.model_copy(update={"start": start})
