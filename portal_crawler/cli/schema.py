"""`schema`: what the database's tables, views and columns mean."""

from __future__ import annotations

import click

from portal_crawler.cli.errors import USAGE, Failure
from portal_crawler.cli.options import json_option
from portal_crawler.cli.output import print_json, print_rows
from portal_crawler.store.dictionary import DICTIONARY, Table, UnknownTable, plain_text, table_named


@click.command()
@click.argument("table", required=False)
@json_option
def schema(table: str | None, as_json: bool) -> None:
    """Say what the tables and views of the database hold, or what the columns of TABLE mean.

    The same stands in docs/schema.md, with example queries. --json prints a line for each table, with its columns.
    """
    try:
        chosen = DICTIONARY if table is None else (table_named(table),)
    except UnknownTable as error:
        raise Failure(str(error), USAGE) from error
    if as_json:
        for one in chosen:
            print_json(_record(one))
    elif table is None:
        print_rows(("name", "kind", "what"), [(one.name, _kind(one), plain_text(one.about)) for one in chosen])
    else:
        (only,) = chosen
        print_rows(
            ("column", "type", "meaning", "NULL"),
            [
                (column.name, column.type, plain_text(column.meaning), plain_text(column.null or "never"))
                for column in only.columns
            ],
            title=f"{only.name}: {plain_text(only.about)}",
        )


def _kind(table: Table) -> str:
    return "view" if table.is_view else "table"


def _record(table: Table) -> dict[str, object]:
    return {
        "name": table.name,
        "kind": _kind(table),
        "about": plain_text(table.about),
        "columns": [
            {
                "name": column.name,
                "type": column.type or None,
                "meaning": plain_text(column.meaning),
                "null": column.null and plain_text(column.null),
            }
            for column in table.columns
        ],
    }
