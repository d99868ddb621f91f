"""The web view of a database and its archive, for readers: Datasette with this project's plugin and pages.

It writes nothing, loads nothing from outside, and needs no script in the browser.
"""
