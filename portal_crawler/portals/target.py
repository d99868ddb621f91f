"""From what a user names, a portal, a province or a URL, to the portals and the channels to walk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import unquote, urlsplit

from portal_crawler.article import Channel, Portal
from portal_crawler.portals.portal_id import id_problem, is_device
from portal_crawler.portals.profile import load_profile, load_profiles
from portal_crawler.portals.province import PROVINCES, province_named
from portal_crawler.portals.site import http_url, is_on, registered_domain, same_listing, site_of

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://")


class TargetError(Exception):
    """A target, or a host for it, that names nothing to crawl: what was wrong and what would be right."""


def targets_of(
    target: str, host: str | None = None, *, profiles: Mapping[str, Portal] | None = None
) -> tuple[str, ...]:
    """The targets for `find_portal` that one target of a user stands for.

    A province, 甘肃 or 甘肃省, stands for the ids of its portals, without those that need a host to be given;
    everything else for itself. host: as for `find_portal`; it cannot be that of several portals.
    Raises TargetError, and ProfileError where a bundled profile is wrong.
    """
    province = province_named(target)
    if province is None:
        return (target,)
    known = load_profiles() if profiles is None else profiles
    ids = tuple(portal.id for portal in known.values() if portal.province == province and portal.hosts)
    if not ids:
        raise TargetError(f"no portal of {province} is known: give the URL of one")
    if host and len(ids) > 1:
        raise TargetError(f"--host is the host of one portal, and {province} has several: {', '.join(ids)}")
    return ids


def find_portal(
    target: str, host: str | None = None, *, profiles: Mapping[str, Portal] | None = None
) -> tuple[Portal, tuple[Channel, ...]]:
    """The portal a target names, and the channels of it to walk, their URLs absolute.

    target: a portal's id or name, the path of a profile (`*.toml`), or an http(s) URL: of a profile's portal if its
    host belongs to one, else of a portal made for it, with this URL as its one channel. host: HOST[:PORT] or
    http(s)://HOST[:PORT], where channel URLs that begin with `/` are; it joins the portal's hosts. profiles: the
    known portals, by default those bundled.
    Raises TargetError, and ProfileError where a profile is wrong.
    """
    if target.endswith(".toml"):
        return _channels_of(load_profile(Path(target)), host)
    known = load_profiles() if profiles is None else profiles
    if _SCHEME.match(target):
        url = http_url(target)
        if url is None:
            raise TargetError(f"{target!r} is no http(s) URL")
        return _of_url(url, host, known)
    portal = known.get(target) or next((portal for portal in known.values() if portal.name == target), None)
    if portal is None:
        raise TargetError(_unknown(target, known))
    return _channels_of(portal, host)


def _channels_of(portal: Portal, host: str | None) -> tuple[Portal, tuple[Channel, ...]]:
    """The portal and its channels; of one without channels, its front page."""
    portal = _on_host(portal, host)
    if portal.channels:
        return portal, portal.channels
    if not portal.hosts:
        raise TargetError(f"portal {portal.id} has no host of its own: give one with --host")
    base = _base_of(host) if host else f"http://{portal.hosts[0]}"
    return portal, (Channel(name=portal.name, path=(), url=f"{base}/"),)


def _unknown(target: str, known: Mapping[str, Portal]) -> str:
    """Why a target names no portal, with what comes nearest to it."""
    if province := province_named(target):
        ids = [portal.id for portal in known.values() if portal.province == province]
        return f"{target!r} is a province, not one portal; choose {' or '.join(ids) or 'a URL'}"
    words = (*known, *(portal.name for portal in known.values()), *PROVINCES)
    nearest = get_close_matches(target, words, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(nearest)}?" if nearest else "`portals` lists them."
    return f"{target!r} is no portal and no province, {hint} A URL begins with http:// or https://."


def _of_url(url: str, host: str | None, known: Mapping[str, Portal]) -> tuple[Portal, tuple[Channel, ...]]:
    for profile in known.values():
        portal = _on_host(profile, host) if host else profile
        if is_on(url, portal.hosts):
            for channel in portal.channels:
                if same_listing(channel.url, url):
                    return portal, (channel,)
            return portal, (_channel_at(url),)
    portal = _made_for(url)
    if host:
        portal = _on_host(portal, host)
    return portal, portal.channels


def _on_host(portal: Portal, host: str | None) -> Portal:
    """The portal with absolute channel URLs. Raises TargetError where that takes a host and there is none."""
    relative = [channel for channel in portal.channels if channel.url.startswith("/")]
    if not host:
        if relative:
            raise TargetError(f"portal {portal.id} has no host of its own: give one with --host")
        return portal
    base = _base_of(host)
    channels = tuple(
        replace(channel, url=base + channel.url) if channel.url.startswith("/") else channel
        for channel in portal.channels
    )
    hosts = tuple(dict.fromkeys((*portal.hosts, site_of(base))))
    return replace(portal, channels=channels, hosts=hosts)


def _base_of(host: str) -> str:
    """`http://HOST[:PORT]` from what a user gave as a host."""
    given = host if _SCHEME.match(host) else f"http://{host}"
    url = http_url(given)
    parts = urlsplit(url) if url else None
    if parts is None or parts.path != "/" or parts.query or "@" in given:
        raise TargetError(f"{host!r} is no host: HOST, HOST:PORT or http(s)://HOST[:PORT]")
    return f"{parts.scheme}://{parts.netloc}"


def _made_for(url: str) -> Portal:
    """A portal without a profile: the site that the URL is on, with the URL as its channel."""
    parts = urlsplit(url)
    site = site_of(url)
    is_registered = "." in site and bool(registered_domain(site))
    portal_id = site if is_registered or parts.port is None else f"{site}_{parts.port}"
    if ":" in portal_id:
        # IPv6 addresses have colons, and may begin with them, which no folder name should have.
        portal_id = f"ip6-{portal_id.replace(':', '-')}"
    elif is_device(portal_id):
        portal_id = f"site-{portal_id}"
    if problem := id_problem(portal_id):
        raise TargetError(f"{url}: no portal can be called {portal_id!r} ({problem}); give it a profile with an id")
    return Portal(
        id=portal_id,
        name=site if is_registered else parts.netloc,
        hosts=(site,),
        channels=(_channel_at(url),),
    )


def _channel_at(url: str) -> Channel:
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    name = unquote(path).strip("/") or parts.netloc
    return Channel(name=name, path=(), url=url)
