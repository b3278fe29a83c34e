"""Agencies, life events, services and facts as checked data, and what can be computed from them alone.

>>> import catalogue, datetime as dt
>>> whole = catalogue.load()
>>> plan = catalogue.make_plan(whole, ["having_a_baby"], {"birth": dt.date(2026, 11, 1)}, today=dt.date(2026, 11, 23))
>>> next(step.due for step in plan.steps if step.service == "register-birth")
datetime.date(2027, 1, 1)
"""

from catalogue.answers import AnswerError
from catalogue.catalogue import Catalogue, load, on
from catalogue.files import CatalogueError
from catalogue.model import Agency, CrisisLine, Fact, LifeEvent, Service
from catalogue.plan import Plan, Step
from catalogue.plan import make as make_plan

__all__ = [
    "Agency",
    "AnswerError",
    "Catalogue",
    "CatalogueError",
    "CrisisLine",
    "Fact",
    "LifeEvent",
    "Plan",
    "Service",
    "Step",
    "load",
    "make_plan",
    "on",
]
