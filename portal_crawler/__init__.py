"""Crawler and archive for Chinese provincial news portals: listings to articles in SQLite."""

__version__ = "0.1.0"
