"""What the documents say is so: the commands' help, the names they mention, the files they link to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate import CLI, cli_reference
from portal_crawler.cli import main

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md", "docs/cli.md", "docs/portals.md")


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def test_the_reference_of_commands_is_what_their_help_says() -> None:
    assert CLI.read_text(encoding="utf-8") == cli_reference(), "out of date: run make docs"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_that_a_document_names_exists(document: str) -> None:
    named = set(re.findall(r"portal-crawler ([a-z]+)\b", text_of(document)))
    assert named <= set(main.commands)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_that_a_document_names_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", text_of(document), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_links_to_exists(document: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", text_of(document))
    assert [link for link in links if not (ROOT / document).parent.joinpath(link).exists()] == []


def test_the_readme_names_every_table() -> None:
    statements = (ROOT / "portal_crawler" / "store" / "schema.py").read_text(encoding="utf-8")
    tables = set(re.findall(r"CREATE (?:VIRTUAL )?TABLE (\w+)", statements))
    assert tables <= set(re.findall(r"`(\w+)`", text_of("README.md")))
