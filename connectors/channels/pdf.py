"""An outline as a PDF that screen readers can use: tagged, with title and language (PDF/UA-1)."""

from __future__ import annotations

from pathlib import Path

import typst

from connectors.channels.outline import Block, Heading, Outline, Tick

TEMPLATE = Path(__file__).parent / "document.typ"


def make(outline: Outline) -> bytes:
    """The PDF. It holds its own fonts, and calls nobody.

    Raises:
        typst.TypstError: where the outline can't be set, which is a fault of ours.
    """
    made = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"outline": _without_gaps(outline).model_dump_json()},
        pdf_standards="ua-1",
        ignore_system_fonts=True,
    )
    assert isinstance(made, bytes)  # noqa: S101 - a PDF is one file
    return made


def _without_gaps(outline: Outline) -> Outline:
    """The outline with no level of heading left out on the way down, as the standard demands."""
    level = 0
    blocks: list[Block] = []
    for block in outline.blocks:
        if isinstance(block, Heading | Tick):
            level = min(block.level, level + 1)
            blocks.append(block.model_copy(update={"level": level}))
        else:
            blocks.append(block)
    return outline.model_copy(update={"blocks": blocks})
