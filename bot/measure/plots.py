"""Plots as SVG, written by hand: no plotting library, and the same bytes for the same figures."""

from __future__ import annotations

from html import escape

import numpy as np


def reliability(confidence: np.ndarray, right: np.ndarray, title: str, bins: int = 10) -> str:
    """Returns a reliability plot: for each bin of confidence, how often it was right, with the number of rows."""
    size, edge = 320, 44
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size + 2 * edge} {size + 2 * edge}" '
        f'font-family="sans-serif" font-size="11" role="img" aria-label="{escape(title)}">',
        f'<rect width="100%" height="100%" fill="#fff"/><text x="{edge}" y="20" font-size="13">{escape(title)}</text>',
        f'<path d="M{edge} {edge + size}L{edge + size} {edge}" stroke="#767676" stroke-dasharray="4 4"/>',
    ]
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    for number in range(bins):
        here = place == number
        left = edge + size * number / bins
        if here.any():
            height = size * float(right[here].mean())
            parts.append(
                f'<rect x="{left + 2:.1f}" y="{edge + size - height:.1f}" width="{size / bins - 4:.1f}" '
                f'height="{height:.1f}" fill="#00625d"/>'
            )
            at = edge + size - size * float(confidence[here].mean())
            parts.append(f'<path d="M{left:.1f} {at:.1f}h{size / bins:.1f}" stroke="#b5420b" stroke-width="2"/>')
        parts.append(f'<text x="{left + 4:.1f}" y="{edge + size + 14}">{int(here.sum())}</text>')
    parts += [
        f'<path d="M{edge} {edge}V{edge + size}H{edge + size}" stroke="#000" fill="none"/>',
        f'<text x="{edge}" y="{edge + size + 32}">confidence 0 to 1; number of rows in each tenth</text>',
        f'<text transform="translate(16 {edge + size}) rotate(-90)">share right (line: mean confidence)</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def bars(title: str, rows: list[tuple[str, float]], unit: str) -> str:
    """Returns horizontal bars, one a row of name and value."""
    width, line, left = 420, 26, 190
    most = max((value for _, value in rows), default=1.0) or 1.0
    height = 40 + line * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 80} {height}" font-family="sans-serif" '
        f'font-size="12" role="img" aria-label="{escape(title)}">',
        f'<rect width="100%" height="100%" fill="#fff"/><text x="8" y="20" font-size="13">{escape(title)}</text>',
    ]
    for number, (name, value) in enumerate(rows):
        top = 34 + line * number
        parts.append(f'<text x="8" y="{top + 14}">{escape(name)}</text>')
        parts.append(f'<rect x="{left}" y="{top}" width="{width * value / most:.1f}" height="18" fill="#00625d"/>')
        parts.append(f'<text x="{left + width * value / most + 6:.1f}" y="{top + 14}">{value:g}{escape(unit)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
