"""In which looks the pages are seen, and whose pages in each."""

from dataclasses import dataclass

from demo import cast
from demo.cast import Person


@dataclass(frozen=True, kw_only=True)
class Look:
    """Cookies that choose it, and the people of the demonstration who see it; the office too, or only borrowers."""

    name: str
    people: tuple[Person, ...]
    cookies: tuple[tuple[str, str], ...] = ()
    in_office: bool = True

    @property
    def least_tap(self) -> int:
        """How many pixels high and wide whatever is tapped must be."""
        return 60 if ("anqi_size", "big") in self.cookies else 44


# Runs well and has paid off; borrowed cash; waits for a supervisor, and for a card; has nothing signed yet.
_EVERYBODY = (cast.LIN, cast.WU, cast.HAN, cast.FENG, cast.ZHAO, cast.CHU)
_SOME = (cast.LIN, cast.WU, cast.HAN)
LOOKS = (
    Look(name="light", people=_EVERYBODY),
    Look(name="late", people=(cast.ZHENG, cast.ZHOU), in_office=False),
    Look(name="dark", people=_SOME, cookies=(("anqi_theme", "dark"),)),
    Look(name="big", people=_SOME, cookies=(("anqi_size", "big"),), in_office=False),
    Look(name="English", people=_SOME, cookies=(("anqi_language", "en"),)),
)
