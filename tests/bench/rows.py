"""The file that is read and sent: orders as a shop exports them. `python -m tests.bench.rows peer FILE` is the peer."""

from __future__ import annotations

import csv
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HEADERS = (
    "Event", "Email", "First name", "Last name", "Phone", "Timestamp", "Value", "Currency", "Order ID", "Channel",
)  # fmt: skip
FIRST = ("Ann", "Ben", "Cleo", "Dara", "Élodie", "Finn", "Grace", "Hugo", "Iris", "José", "Kim", "Léa", "Mia")
LAST = ("Archer", "Baker", "Cooper", "Dyer", "Fisher", "García", "Hunter", "Kowalski", "Mason", "Nguyen", "Smith")
CHANNELS = ("web", "app", "store", "phone", "marketplace")
CURRENCIES = ("USD", "USD", "USD", "EUR", "CAD")


def write(file: Path, rows: int, with_finding: bool = True) -> Path:
    """Write so many rows; in one of a hundred there is something to find: an address or a number that is none."""
    last = datetime.now(UTC) - timedelta(days=1)
    with file.open("w", newline="", encoding="utf-8") as sink:
        out = csv.writer(sink)
        out.writerow(HEADERS)
        for at in range(rows):
            email, phone = f"customer{at}@example.com", f"+1206555{at % 10_000:04d}"
            if with_finding and at % 200 == 50:
                email = f"customer{at}@"
            elif with_finding and at % 200 == 150:
                phone = f"(206) 555-{at % 10_000:04d}"
            out.writerow((
                "Order Placed", email, FIRST[at % 13], LAST[at % 11], phone,
                (last - timedelta(seconds=at * 7919 % 20_000_000)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                f"{at * 37 % 50_000 / 100:.2f}", CURRENCIES[at % 5], f"ord_{at:07d}", CHANNELS[at % 5],
            ))  # fmt: skip
    return file


def peer(file: Path) -> None:
    """What a script would do: read, check with the same model, make JSON. Prints rows, bad ones and seconds."""
    from pydantic import ValidationError

    from composer.event.model import CustomEvent

    CustomEvent.model_validate({"eventName": "ready", "customer": {"email": "ann@example.com"}})
    began, rows, bad, size = time.perf_counter(), 0, 0, 0
    with file.open(newline="", encoding="utf-8") as source:
        lines = csv.reader(source)
        next(lines)
        for name, email, first, last, phone, timestamp, value, currency, order, channel in lines:
            event: dict[str, Any] = {
                "eventName": name,
                "customer": {"email": email, "firstName": first, "lastName": last, "phoneNumber": phone},
                "eventTimestamp": timestamp,
                "value": float(value),
                "valueCurrency": currency,
                "data": {"Order ID": order, "Channel": channel},
            }
            try:
                CustomEvent.model_validate(event)
            except ValidationError:
                bad += 1
            size += len(json.dumps(event))
            rows += 1
    print(json.dumps({"rows": rows, "bad": bad, "seconds": time.perf_counter() - began, "size": size}))


if __name__ == "__main__":
    peer(Path(sys.argv[2]))
