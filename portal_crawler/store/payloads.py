"""Which bodies the archive holds already."""

from __future__ import annotations

from portal_crawler.store.database import Store


def find_payload(store: Store, url: str, digest: str) -> tuple[str, int, int] | None:
    """File, offset and length of the last capture of a URL, if its body had this digest.

    Only the last one: a page that goes back to an older state is rare, and the question is asked for every answer.
    """
    rows = store.rows(
        "SELECT file, offset, length, digest FROM captures WHERE url = ? ORDER BY id DESC LIMIT 1", (url,)
    )
    if not rows or rows[0]["digest"] != digest:
        return None
    return rows[0]["file"], rows[0]["offset"], rows[0]["length"]
