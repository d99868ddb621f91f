"""A discovery as a profile: TOML with comments that say what was checked."""

from __future__ import annotations

import json
import re
from dataclasses import fields

from portal_crawler.article import Layout
from portal_crawler.discover.records import Checked, Discovery

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NAMES = {"title": "title", "published_at": "time", "source": "source", "editor": "editor", "body": "text"}


def profile_toml(discovery: Discovery, day: str) -> str:
    """The profile of a discovered portal, which `portals check` accepts. day: of the discovery, YYYY-MM-DD."""
    portal = discovery.portal
    lines = [
        f"# {portal.name}. Discovered on {day} from {discovery.front}: {discovery.requests} requests, "
        f"{len(discovery.channels)} channels.",
    ]
    lines += [
        "# Not verified:"
        if discovery.doubts
        else "# Every channel answered, every article read has title, time and text."
    ]
    lines += [f"#   {doubt}" for doubt in discovery.doubts]
    lines += [f"id = {_text(portal.id)}", f"name = {_text(portal.name)}"]
    if portal.province:
        lines += ["# From the registration in the footer.", f"province = {_text(portal.province)}"]
    lines += [f"hosts = {_texts(portal.hosts)}", f"verified = {'true' if portal.verified else 'false'}"]
    if portal.encoding:
        lines += ["# What pages say of their encoding misleads.", f"encoding = {_text(portal.encoding)}"]
    if portal.pager:
        lines += [
            "# Lists show no way to their second page, which answers under this name.",
            f"pager = {_text(portal.pager)}",
        ]
    if portal.article_url:
        lines += ["# Lists have only the numbers of articles.", f"article_url = {_text(portal.article_url)}"]
    for checked in discovery.channels:
        channel = checked.channel
        lines += [
            "",
            f"# {_seen(checked)}",
            "[[channels]]",
            f"path = {_texts(channel.path)}",
            f"url = {_text(channel.url)}",
        ]
        if channel.name != channel.path[-1]:
            lines.insert(-1, f"name = {_text(channel.name)}")
    for layout in portal.layouts:
        lines += [
            "",
            "# The generic rules read some articles and not others; these selectors read both.",
            "[[layouts]]",
        ]
        lines += _layout(layout)
    if rejected := [item for item in discovery.rejected if not item.unsettled]:
        lines += ["", "# Links that are no channels:"]
        lines += [f"#   {item.name} {item.url}: {item.reason}" for item in rejected]
    return "\n".join(_CONTROLS.sub(" ", line) for line in lines) + "\n"


def _seen(checked: Checked) -> str:
    """What was seen of a channel, in one line."""
    parts = [f"{checked.entries} entries"]
    if checked.further:
        parts.append(f"{checked.further} more on the second page")
    if checked.article is not None:
        read = [name for field, name in _NAMES.items() if getattr(checked.article, field)]
        parts.append(f"an article read: {', '.join(read) or 'nothing'}")
    if checked.trouble:
        parts.append(checked.trouble)
    return "; ".join(parts)


def _layout(layout: Layout) -> list[str]:
    values = {field.name: getattr(layout, field.name) for field in fields(layout)}
    return [f"{key} = {_text(value)}" for key, value in values.items() if isinstance(value, str)]


def _text(value: str) -> str:
    # A basic string of TOML is one of JSON.
    return json.dumps(_CONTROLS.sub(" ", value), ensure_ascii=False)


def _texts(values: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_text, values))}]"
