"""The catalogue of the event's fields: what the form, the models, the checks and the help call them.

Plain data, so that the form can be drawn before pydantic is loaded. Source: release 2.2.476 of the contract.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a field holds, and so which chooser it gets."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    OBJECT_ID = "object id"
    NUMBER = "number"
    DATE_TIME = "date-time"
    CURRENCY = "currency"
    COUNTRY = "country"
    TIME_ZONE = "time zone"
    UNIQUE_ID = "unique id"


class Field(NamedTuple):
    """One field: its JSON Pointer, label, help sentence and an example of the value."""

    path: str
    title: str
    help: str
    example: str
    kind: Kind = Kind.TEXT

    @property
    def name(self) -> str:
        """The API's own name, the last part of the path."""
        return self.path.rpartition("/")[2]


EVENT_NAME = Field(
    "/eventName",
    "Event name",
    "What happened, in the words your flow listens for.",
    "Order Placed",
)
EVENT_TIMESTAMP = Field(
    "/eventTimestamp",
    "Timestamp",
    "When it happened, as RFC 3339 with an offset. Left empty, Redo takes the time of arrival.",
    "2026-04-02T12:00:00Z",
    Kind.DATE_TIME,
)
VALUE = Field(
    "/value", "Value", "What the event is worth in money, for example the order total.", "299.99", Kind.NUMBER
)
VALUE_CURRENCY = Field("/valueCurrency", "Currency", "ISO 4217 code of the value.", "USD", Kind.CURRENCY)
UNIQUE_ID = Field(
    "/uniqueId",
    "Unique ID",
    "1 to 255 characters. A second event with the same ID is silently ignored by Redo, with the same 202.",
    "order-456",
    Kind.UNIQUE_ID,
)
CUSTOMER_ID = Field(
    "/customer/id",
    "Customer ID",
    "Redo's own ID of the customer, 24 hex digits. Wins over email and phone; when unknown, they are used.",
    "665f1a2b3c4d5e6f7a8b9c0d",
    Kind.OBJECT_ID,
)
EMAIL = Field(
    "/customer/email",
    "Email",
    "Finds the customer when there is no known ID. An unknown address makes a new profile.",
    "stewart@example.com",
    Kind.EMAIL,
)
PHONE = Field(
    "/customer/phoneNumber",
    "Phone (E.164)",
    "A plus sign, country code and number without spaces. Finds the customer when ID and email do not.",
    "+12065551234",
    Kind.PHONE,
)
FIRST_NAME = Field(
    "/customer/firstName", "First name", "Written to the profile; left out, the old one stays.", "Stewart"
)
LAST_NAME = Field("/customer/lastName", "Last name", "Written to the profile; left out, the old one stays.", "Thompson")

EVENT_FIELDS = (EVENT_NAME, EVENT_TIMESTAMP, VALUE, VALUE_CURRENCY, UNIQUE_ID)
CUSTOMER_FIELDS = (CUSTOMER_ID, EMAIL, PHONE, FIRST_NAME, LAST_NAME)
LOCATION_FIELDS = (
    Field("/customer/location/street1", "Street", "Street and number.", "123 Main St"),
    Field("/customer/location/street2", "Street, line 2", "Apartment, suite, floor.", "Apt 4B"),
    Field("/customer/location/city", "City", "Name of the city.", "Seattle"),
    Field("/customer/location/state", "State", "Name of the state or province.", "Washington"),
    Field("/customer/location/stateCode", "State code", "Its abbreviation.", "WA"),
    Field("/customer/location/postalCode", "Postal code", "Postal or ZIP code, as text.", "98101"),
    Field("/customer/location/country", "Country", "Name of the country.", "United States"),
    Field("/customer/location/countryCode", "Country code", "ISO 3166-1, two letters.", "US", Kind.COUNTRY),
    Field(
        "/customer/location/ianaTimeZoneName",
        "Time zone",
        "IANA name of the time zone.",
        "America/Los_Angeles",
        Kind.TIME_ZONE,
    ),
    Field("/customer/location/latitude", "Latitude", "Degrees north, -90 to 90.", "47.6062", Kind.NUMBER),
    Field("/customer/location/longitude", "Longitude", "Degrees east, -180 to 180.", "-122.3321", Kind.NUMBER),
)
FIELDS = EVENT_FIELDS + CUSTOMER_FIELDS + LOCATION_FIELDS
BY_PATH = {field.path: field for field in FIELDS}
TOP_LEVEL_NAMES = (*(field.name for field in EVENT_FIELDS), "customer", "data")
CUSTOMER_NAMES = (*(field.name for field in CUSTOMER_FIELDS), "location", "customFields")
LOCATION_NAMES = tuple(field.name for field in LOCATION_FIELDS)
