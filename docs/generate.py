"""Writes docs/cli.md from the commands' own help, so that both say the same: `make docs`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from portal_crawler.cli import main

CLI = Path(__file__).with_name("cli.md")
_WIDTH = 90
_HEAD = """# Commands

Written by `make docs` from the commands' help; a test fails when it is out of date.
Exit codes and what is stored where: [README](../README.md).
"""


def cli_reference() -> str:
    """The help of every command as one Markdown document."""
    program = "portal-crawler"
    context = click.Context(main, info_name=program, terminal_width=_WIDTH, **main.context_settings)
    return _HEAD + "".join(_sections(main, context, program))


def _sections(command: click.Command, context: click.Context, name: str) -> Iterator[str]:
    yield f"\n## {name}\n\n```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for key in command.list_commands(context):
            child = command.get_command(context, key)
            assert child is not None
            inner = click.Context(child, parent=context, info_name=key)
            yield from _sections(child, inner, f"{name} {key}")


if __name__ == "__main__":
    CLI.write_text(cli_reference(), encoding="utf-8")
