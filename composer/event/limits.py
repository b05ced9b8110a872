"""The limits the contract's text states. Where KB and MB could be read two ways, the smaller reading.

Source: release 2.2.476 of the contract.
"""

MAX_DATA_PROPERTIES = 400
MAX_STRING_BYTES = 100_000  # UTF-8 bytes of one string
MAX_PAYLOAD_BYTES = 5_000_000  # UTF-8 bytes of the JSON text as it goes over the wire
MAX_UNIQUE_ID_CHARACTERS = 255
MAX_BULK_EVENTS = 100
MAX_DEPTH = 200  # levels of nesting the composer itself holds; not the contract's
REQUESTS_PER_SECOND = 100  # per store, all senders together
