"""What a person types to look for, as queries for the two indexes of the history: that of keys and that of words."""

from __future__ import annotations

from composer.storage.history.log import storable

MAX_WORDS = 1000  # characters of what is looked for

_SHORTEST_PART = 3  # characters, of the index of keys

Query = tuple[str, list[str]]  # for documents (`doc`), and its parameters; a condition can be put behind it


def queries_for(words: str) -> list[Query]:
    """One for each of the two indexes in which all words can be looked for."""
    terms = storable(words[:MAX_WORDS].replace("\0", " ")).split()
    parts = [term for term in terms if len(term) >= _SHORTEST_PART]
    queries: list[Query] = []
    if parts:
        rest = [term for term in terms if len(term) < _SHORTEST_PART]
        also = " AND text LIKE ? ESCAPE '\\'" * len(rest)
        match = " AND ".join(map(_quoted, parts))
        query = f"SELECT rowid doc FROM history_keys WHERE history_keys MATCH ?{also}"  # noqa: S608 - `also` is a constant, repeated
        queries.append((query, [match, *map(_like, rest)]))
    if terms and all(any(map(str.isalnum, term)) for term in terms):
        match = " AND ".join(f"{_quoted(term)} *" for term in terms)
        queries.append(("SELECT rowid doc FROM history_words WHERE history_words MATCH ?", [match]))
    return queries


def _quoted(term: str) -> str:
    doubled = term.replace('"', '""')
    return f'"{doubled}"'


def _like(term: str) -> str:
    for special in "\\%_":
        term = term.replace(special, f"\\{special}")
    return f"%{term}%"
