"""The beginnings of new files: every field that is needed, what to write, and nothing that could pass for done."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from catalogue import files

FILL = files.FILL
"""What stands where something must be written; the check refuses a file in which it still stands."""


_CHANNELS = {
    "link": f"\n  - {{kind: online, url: {FILL} the https address of your page}}",
    "phone": f"\n  - {{kind: phone, phone: {FILL} the number to call}}",
    "in_person": f"\n  - {{kind: in_person, text: {FILL} where to go}}",
    "api": ' []                      # {kind: online, url: "https://..."}, {kind: phone, phone: 0800 ...}',
}
"""The way in that a service needs to start as it does."""


def service(id: str, agency: str, life_event: str, start: str, day: dt.date) -> tuple[str, str]:
    """Where the file of a new service goes below the catalogue's folder, and what stands in it."""
    form = (
        f"""
    form: [full_name, email]        # what you need to know, in this order; `./aratohu facts` lists all facts
    purpose: {FILL} why you need it, for example To send you the card.
    recipients: null                # who else sees it, if anybody
    refusal: {FILL} what happens if people don't give it"""
        if start == "api"
        else ""
    )
    text = f"""{_modeline("services", agency)}
services:
- id: {id}
  name: {FILL} what people call it, for example Order a birth certificate
  # name: {{en: Order a birth certificate, mi: ...}}     with te reo Māori, if you have it
  agency: {agency}
  aliases: []                       # nicknames, abbreviations, old names, what people search for
  what: {FILL} one plain sentence, from the person's side
  who: []                           # who can get it; one short sentence a line
  ready: []                         # what to have at hand
  cost: {{amount: 0}}                 # in dollars, 0 for free; or {{text: about $44}}
  # time: {{text: 10 working days}}
  # deadline: {{text: Within 2 months of the birth, within: 2 months, after: birth}}
  channels:{_CHANNELS[start]}
  life_events:
    {life_event}: {{stage: soon, why: {FILL} why it is in this plan}}   # stage: before, now, soon or later
  # after: [register-birth]         # what must be done first
  start:
    kind: {start}{form}
  # sources:                        # then set `confidence: seen`
  #   page: {{title: Birth certificates, url: "https://...", as_of: "{day:%Y-%m}"}}
  confidence: unverified
  assured_date: {day}
"""
    return f"services/{agency}/{id.replace('-', '_')}.yml", text


def agency(id: str, host: str, day: dt.date) -> tuple[str, str]:
    """The same for a new agency whose own pages are on ``host``."""
    text = f"""{_modeline("agencies")}
agencies:
- id: {id}
  name: {FILL} its whole name, for example Department of Internal Affairs
  # name: {{en: Department of Internal Affairs, mi: Te Tari Taiwhenua}}
  # abbreviation: DIA
  kind: provider                    # department, crown_entity, police, court, council or provider
  aliases: []                       # old names and nicknames
  site: https://{host}
  hosts: [{host}]           # links may only lead here
  phones: []                        # {{label: General, number: 0800 ..., confidence: unverified}}
  assured_date: {day}
"""
    return f"agencies/{id}.yml", text


def life_event(id: str, code: str, day: dt.date) -> tuple[str, str]:
    """The same for a new life event with the EU's ``code``."""
    text = f"""{_modeline("life_events")}
life_events:
- id: {id}
  name: {FILL} a few words, for example Having a baby
  choice: {FILL} what people choose, for example I am having a baby
  covers: {FILL} what belongs to it, for example pregnancy, birth, adoption
  eu_code: {code}
  tone: plain                       # plain, warm, sorrow or safety
  opening: {FILL} the first sentence that people read
  dates: []                         # days that deadlines count from: {{id: birth, question: When is your baby due?}}
  assured_date: {day}
"""
    return f"life_events/{id}.yml", text


def lay(folder: Path, path: str, text: str) -> Path:
    """Writes a new file.

    Raises:
        FileExistsError: where there is one; nothing is written over.
    """
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as opened:
        opened.write(text)
    return file


def _modeline(*folders: str) -> str:
    return f"# yaml-language-server: $schema={'../' * (len(folders) + 1)}schema.json"
