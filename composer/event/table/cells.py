"""What stands in one cell of a table."""

from __future__ import annotations

Cell = str | int | float | bool  # "" is an empty one; dates of a workbook are ISO text


def text_of(cell: Cell) -> str:
    """A cell as a person reads it: 12.0 is "12", True is "true"."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e16:
        return str(int(cell))
    return str(cell)
