"""How many codes a network address may ask for."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache

from anqi.people import addresses
from anqi.people.codes import TooManyCodes
from anqi.rows import keyring
from anqi.rows.days import SHANGHAI
from tests.people.at_once import at_once

NOW = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)


def spend_all(address: str) -> None:
    for n in range(addresses.AN_HOUR):
        addresses.spend(address, now=NOW + timedelta(seconds=n))


@pytest.mark.django_db
def test_the_thirty_first_is_refused_and_told_when_the_first_place_is_free() -> None:
    spend_all("203.0.113.9")
    with pytest.raises(TooManyCodes) as refusal:
        addresses.spend("203.0.113.9", now=NOW + timedelta(minutes=10))
    assert refusal.value.facts == {"again_at": NOW + timedelta(hours=1)}
    addresses.spend("203.0.113.10", now=NOW)


@pytest.mark.django_db
def test_a_place_that_is_free_again_can_be_taken() -> None:
    spend_all("203.0.113.9")
    cache.delete(f"codes:{keyring.fingerprint('203.0.113.9', purpose='address')}:7")
    addresses.spend("203.0.113.9", now=NOW)
    with pytest.raises(TooManyCodes):
        addresses.spend("203.0.113.9", now=NOW)


@pytest.mark.django_db
def test_a_network_of_ipv6_is_one_address_and_an_ipv4_address_in_it_is_itself() -> None:
    spend_all("2001:db8:0:1::1")
    with pytest.raises(TooManyCodes):
        addresses.spend("2001:db8:0:1:ffff::9", now=NOW)
    addresses.spend("2001:db8:0:2::1", now=NOW)
    spend_all("::ffff:203.0.113.9")
    with pytest.raises(TooManyCodes):
        addresses.spend("203.0.113.9", now=NOW)
    addresses.spend("::ffff:203.0.113.10", now=NOW)


def test_of_many_at_once_no_more_get_through_than_there_are_places(clone_database: str) -> None:
    for n in range(addresses.AN_HOUR - 2):
        addresses.spend("203.0.113.9", now=NOW + timedelta(seconds=n))
    ends = at_once(*[lambda: addresses.spend("203.0.113.9", now=NOW)] * 6)
    assert [type(end) for end in ends].count(TooManyCodes) == 4
