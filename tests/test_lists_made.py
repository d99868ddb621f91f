"""Completeness and precision of listings on channels drawn by lot: every article once and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.list_maker import Channel, scripted_channel, shown_channel, walk


@pytest.mark.parametrize("make", [shown_channel, scripted_channel])
def test_every_article_of_every_made_channel_once_and_nothing_else(make: Callable[[int], Channel]) -> None:
    wrong = []
    for seed in range(250):
        channel = make(seed)
        found = walk(channel)
        if set(found) != set(channel.articles) or len(found) != len(set(found)):
            wrong.append(
                f"{seed}: {len(set(found) & set(channel.articles))} of {len(channel.articles)}, {channel.drawn}"
            )
    assert wrong == []
