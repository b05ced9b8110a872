"""Made-up people: one for each event, with a name, an address in one state of the USA, an email and a phone number.

Nobody is reached: emails are at the example domains, phone numbers among those kept for fiction (555-0100 to 0199).
"""

from __future__ import annotations

from functools import cache, lru_cache
from threading import Lock
from typing import Any, NamedTuple

_DOMAINS = ("example.com", "example.org", "example.net")
_making = Lock()  # the generator draws from one random state
# Code of each state, its name, and some of its area codes.
_STATES = {
    "AK": ("Alaska", "907"),
    "AL": ("Alabama", "205 251 256 334 659 938"),
    "AR": ("Arkansas", "327 479 501 870"),
    "AZ": ("Arizona", "480 520 602 623 928"),
    "CA": ("California", "209 213 279 310 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650"),
    "CO": ("Colorado", "303 719 720 748 970 983"),
    "CT": ("Connecticut", "203 475 860 959"),
    "DE": ("Delaware", "302"),
    "FL": ("Florida", "239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863"),
    "GA": ("Georgia", "229 404 470 478 678 706 762 770 912 943"),
    "HI": ("Hawaii", "808"),
    "IA": ("Iowa", "319 515 563 641 712"),
    "ID": ("Idaho", "208 986"),
    "IL": ("Illinois", "217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 872"),
    "IN": ("Indiana", "219 260 317 463 574 765 812 930"),
    "KS": ("Kansas", "316 620 785 913"),
    "KY": ("Kentucky", "270 364 502 606 859"),
    "LA": ("Louisiana", "225 318 337 504 985"),
    "MA": ("Massachusetts", "339 351 413 508 617 774 781 857 978"),
    "MD": ("Maryland", "227 240 301 410 443 667"),
    "ME": ("Maine", "207"),
    "MI": ("Michigan", "231 248 269 313 517 586 616 734 810 906 947 989"),
    "MN": ("Minnesota", "218 320 507 612 651 763 952"),
    "MO": ("Missouri", "235 314 417 557 573 636 660 816 975"),
    "MS": ("Mississippi", "228 601 662 769"),
    "MT": ("Montana", "406"),
    "NC": ("North Carolina", "252 336 472 704 743 828 910 919 980 984"),
    "ND": ("North Dakota", "701"),
    "NE": ("Nebraska", "308 402 531"),
    "NH": ("New Hampshire", "603"),
    "NJ": ("New Jersey", "201 551 609 640 732 848 856 862 908 973"),
    "NM": ("New Mexico", "505 575"),
    "NV": ("Nevada", "702 725 775"),
    "NY": ("New York", "212 315 329 332 347 363 516 518 585 607 631 646 680 716 718 838 845 914 917 929"),
    "OH": ("Ohio", "216 220 234 283 326 330 380 419 440 513 567 614 740 937"),
    "OK": ("Oklahoma", "405 539 572 580 918"),
    "OR": ("Oregon", "458 503 541 971"),
    "PA": ("Pennsylvania", "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878"),
    "RI": ("Rhode Island", "401"),
    "SC": ("South Carolina", "803 821 839 843 854 864"),
    "SD": ("South Dakota", "605"),
    "TN": ("Tennessee", "423 615 629 731 865 901 931"),
    "TX": ("Texas", "210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832"),
    "UT": ("Utah", "385 435 801"),
    "VA": ("Virginia", "276 434 540 571 686 703 757 804 826 948"),
    "VT": ("Vermont", "802"),
    "WA": ("Washington", "206 253 360 425 509 564"),
    "WI": ("Wisconsin", "262 274 353 414 534 608 715 920"),
    "WV": ("West Virginia", "304 681"),
    "WY": ("Wyoming", "307"),
}


class Person(NamedTuple):
    """One made-up person. `phone` is E.164."""

    first_name: str
    last_name: str
    email: str
    phone: str
    street: str
    city: str
    state: str
    state_code: str
    postal_code: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def address(self) -> str:
        """All of it in one line."""
        return f"{self.street}, {self.city}, {self.state_code} {self.postal_code}"


@lru_cache(maxsize=1024)
def person(seed: str, row: int) -> Person:
    """Always the same one for the same seed and row. The first one takes a tenth of a second, to load the names."""
    with _making:
        make = _generator()
        make.seed_instance(f"{seed}\0{row}".encode(errors="surrogatepass"))
        first_name, last_name = make.first_name(), make.last_name()
        mailbox = "".join(c for c in f"{first_name}.{last_name}".lower() if c.isascii() and (c.isalpha() or c == "."))
        code, area_code = make.random_element(_area_codes())
        return Person(
            first_name,
            last_name,
            f"{mailbox}{make.random_int(1, 9999)}@{make.random_element(_DOMAINS)}",
            f"+1{area_code}55501{make.random_int(0, 99):02}",
            f"{make.building_number()} {make.street_name()}",
            make.city(),
            _STATES[code][0],
            code,
            make.postcode_in_state(code),
        )


@cache
def _area_codes() -> tuple[tuple[str, str], ...]:
    """State and area code; each has but a hundred numbers, so all are as likely as each other."""
    return tuple((code, area) for code, (_, areas) in _STATES.items() for area in areas.split())


@cache
def _generator() -> Any:
    from faker import Factory

    # Every name as likely as any other: people differ more, and are made ten times as fast.
    return Factory.create("en_US", ["faker.providers.person", "faker.providers.address"], use_weighting=False)
