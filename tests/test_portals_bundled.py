"""The bundled profiles as a whole: which provinces there are, and that no two of them claim the same."""

from __future__ import annotations

from collections import Counter

from portal_crawler.portals import PROVINCES, load_profiles, profile_files
from portal_crawler.portals.site import is_on

PORTALS = load_profiles()


def test_every_province_has_a_portal_and_gansu_three_with_hosts() -> None:
    count = Counter(portal.province for portal in PORTALS.values())
    assert set(count) == set(PROVINCES)
    assert len(PROVINCES) == 31
    assert sum(portal.province == "甘肃" and bool(portal.hosts) for portal in PORTALS.values()) == 3


def test_a_file_is_named_after_its_portal() -> None:
    assert [path.stem for path in profile_files()] == list(PORTALS)


def test_no_host_belongs_to_two_portals() -> None:
    owners = [(host, portal.id) for portal in PORTALS.values() for host in portal.hosts]
    twice = [
        (host, owner, other)
        for host, owner in owners
        for other, portal in PORTALS.items()
        if other != owner and is_on(f"http://{host}/", portal.hosts)
    ]
    assert twice == []


def test_no_name_and_no_channel_belongs_to_two_portals() -> None:
    names = Counter(portal.name for portal in PORTALS.values())
    urls = Counter(channel.url for portal in PORTALS.values() for channel in portal.channels)
    assert [key for key, number in (names + urls).items() if number > 1] == []


def test_every_portal_with_hosts_has_channels_and_their_names_tell_them_apart() -> None:
    for portal in PORTALS.values():
        paths = [channel.path for channel in portal.channels]
        assert bool(paths) == bool(portal.hosts), portal.id
        assert len(set(paths)) == len(paths), portal.id


def test_what_nobody_has_seen_live_is_not_called_verified() -> None:
    assert not any(portal.verified for portal in PORTALS.values())


def test_every_profile_begins_with_where_its_facts_come_from() -> None:
    for path in profile_files():
        head = path.read_text(encoding="utf-8").partition("\nid = ")[0]
        assert all(line.startswith("#") for line in head.splitlines()), path.name
        assert "not verified" in head or "No source" in head, path.name
