"""Rows of a table as events: cells, a mapping, and what comes out of them."""
