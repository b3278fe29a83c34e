"""The catalogue for others, and others' catalogues for us: CPSV-AP 3.2, schema.org, CSV."""

from catalogue.exchange.cpsv import export
from catalogue.exchange.drafts import Draft, drafts
from catalogue.exchange.reading import ExchangeError
from catalogue.exchange.schema_org import government_service
from catalogue.exchange.table import table

__all__ = ["Draft", "ExchangeError", "drafts", "export", "government_service", "table"]
