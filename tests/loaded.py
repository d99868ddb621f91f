"""Loads what commands load when they run, Scrapy's parts of a crawl too, so that forks of this process need not."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator

from scrapy.settings import BaseSettings, Settings

from portal_crawler.urls import registered_domain

# What needs an extra, or is started as a program.
_NOT = ("portal_crawler.__main__", "portal_crawler.cluster", "portal_crawler.cli.leashed", "portal_crawler.middlewares.browser")  # fmt: skip


def _load(name: str) -> None:
    if name.startswith(_NOT):
        return
    module = importlib.import_module(name)
    for found in pkgutil.iter_modules(getattr(module, "__path__", ())):
        _load(f"{name}.{found.name}")


def _classes(settings: BaseSettings) -> Iterator[str]:
    """The names of the classes that Scrapy makes a crawl of."""
    for key, value in settings.items():
        if isinstance(value, BaseSettings):
            yield from _classes(value)
        yield from (one for one in (key, value) if isinstance(one, str) and one.startswith("scrapy."))


_load("portal_crawler")
_settings = Settings()
_settings.setmodule("portal_crawler.settings")
for _name in _classes(_settings):
    if "http2" not in _name:
        importlib.import_module(_name.rpartition(".")[0])
for _name in ("scrapy.http.cookies", "scrapy.utils.engine"):
    importlib.import_module(_name)
registered_domain("www.example.cn")
assert "twisted.internet.reactor" not in sys.modules, "each process needs one of its own"
