"""Servers that go wrong in every way that a portal does, and what a crawl is expected to make of each."""
