"""Where the evidence lies: the exchanges and the files of the archive that keep them."""

from __future__ import annotations

from portal_crawler.store.dictionary.entry import Column, Table

CAPTURES = Table(
    "captures",
    "One row an HTTP exchange: what was answered, and where the archive keeps it.",
    (
        Column("id", "INTEGER", "number of the exchange"),
        Column("portal", "TEXT", "id of the portal"),
        Column("url", "TEXT", "address that was asked for"),
        Column("fetched_at", "TEXT", "when it was answered"),
        Column("status", "INTEGER", "HTTP status of the answer"),
        Column("content_type", "TEXT", "header Content-Type", null="the answer had none"),
        Column("digest", "TEXT", "`sha1:` and base32 of the payload as it was received"),
        Column("file", "TEXT", "WARC file, relative to the archive's folder"),
        Column("offset", "INTEGER", "where its record begins in the file, in bytes"),
        Column("length", "INTEGER", "how long the record is there, compressed, in bytes"),
        Column("run_id", "INTEGER", "the run that fetched it"),
    ),
)

SEGMENTS = Table(
    "segments",
    "The archive's files that this database has written.",
    (
        Column("file", "TEXT", "WARC file, relative to the archive's folder"),
        Column("portal", "TEXT", "id of the portal"),
        Column("run_id", "INTEGER", "the run that wrote it"),
    ),
)

LOST_RECORDS = Table(
    "lost_records",
    "Records of the archive that were found damaged and given up.",
    (
        Column("file", "TEXT", "WARC file, relative to the archive's folder"),
        Column("offset", "INTEGER", "where the record began, in bytes"),
        Column("url", "TEXT", "address of what it held", null="not known any more"),
        Column("reason", "TEXT", "what is wrong with it"),
        Column("noticed_at", "TEXT", "when that was noticed"),
    ),
)
