"""Problem details (RFC 7807), the shape of every answer that says no."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

PROBLEM_JSON = "application/problem+json"


class Refused(Exception):  # noqa: N818  (the request is refused, the program is fine)
    """A request is answered with a problem. `media_type` differs by call and status in the contract."""

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None, media_type: str = PROBLEM_JSON
    ) -> None:
        super().__init__(detail)
        self.answer = problem(status, detail, headers, media_type)


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, media_type: str = PROBLEM_JSON
) -> Response:
    """An answer with `status` whose problem details carry the plain sentence `detail`."""
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = "Error"
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return Response(json.dumps(body), status, headers, media_type)
