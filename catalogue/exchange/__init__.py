"""The catalogue for others (CPSV-AP, schema.org, CSV). Others' catalogues for us: :mod:`catalogue.exchange.drafts`."""

from catalogue.exchange.cpsv import export
from catalogue.exchange.schema_org import government_service
from catalogue.exchange.table import table

__all__ = ["export", "government_service", "table"]
