"""Writes what the documents take from the program, so that both say the same: `make docs`.

docs/cli.md is the commands' own help; the tables of docs/schema.md come from the data dictionary, those of
docs/scale.md from the simulation of benchmarks/scale.py.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from benchmarks.scale_tables import tables
from portal_crawler.cli import main
from portal_crawler.store.dictionary import DICTIONARY, Column, Table

CLI = Path(__file__).with_name("cli.md")
SCHEMA = Path(__file__).with_name("schema.md")
SCALE = Path(__file__).with_name("scale.md")
_TABLE = re.compile(r"(?<=<!-- table: )(?P<name>[a-z-]+) -->\n.*?(?=<!-- end -->)", re.DOTALL)
_WIDTH = 90
_HEAD = """# Commands

Written by `make docs` from the commands' help; a test fails when it is out of date.
Exit codes and what is stored where: [README](../README.md).
"""
# What stands in docs/schema.md above this line is written by hand.
_FROM_HERE = "<!-- From here on written by make docs from portal_crawler/store/dictionary. -->\n"


def cli_reference() -> str:
    """The help of every command as one Markdown document."""
    program = "portal-crawler"
    context = click.Context(main, info_name=program, terminal_width=_WIDTH, **main.context_settings)
    return _HEAD + "".join(_sections(main, context, program))


def schema_reference() -> str:
    """docs/schema.md with the dictionary's tables. Raises ValueError when its line that divides them is gone."""
    by_hand, line, _ = SCHEMA.read_text(encoding="utf-8").partition(_FROM_HERE)
    if not line:
        raise ValueError(f"{SCHEMA}: the line {_FROM_HERE.strip()!r} is missing")
    return by_hand + line + "".join(map(_described, DICTIONARY))


def scale_document() -> str:
    """docs/scale.md with the tables of the simulation. Raises KeyError for a table that it does not print."""
    made = tables()
    return _TABLE.sub(
        lambda place: f"{place['name']} -->\n\n{made[place['name']]}\n\n", SCALE.read_text(encoding="utf-8")
    )


def _sections(command: click.Command, context: click.Context, name: str) -> Iterator[str]:
    yield f"\n## {name}\n\n```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for key in command.list_commands(context):
            child = command.get_command(context, key)
            assert child is not None
            inner = click.Context(child, parent=context, info_name=key)
            yield from _sections(child, inner, f"{name} {key}")


def _described(table: Table) -> str:
    about = textwrap.fill(f"View. {table.about}" if table.is_view else table.about, 120)
    lines = "".join(map(_line, table.columns))
    return f"\n## `{table.name}`\n\n{about}\n\n| column | type | meaning | NULL |\n|---|---|---|---|\n{lines}"


def _line(column: Column) -> str:
    return f"| `{column.name}` | {column.type} | {column.meaning} | {column.null or '–'} |\n"


if __name__ == "__main__":
    CLI.write_text(cli_reference(), encoding="utf-8")
    SCHEMA.write_text(schema_reference(), encoding="utf-8")
    SCALE.write_text(scale_document(), encoding="utf-8")
