"""Which articles are one text, and which outlets their sources name."""

from __future__ import annotations

from portal_crawler.store.dictionary.entry import Column, Table

_CLUSTER = Column("cluster_id", "INTEGER", "the cluster, in `clusters`")
_ARTICLE = Column("article_id", "INTEGER", "the article")
_GROUP = "the house that it belongs to"
_NO_GROUP = "not known, or none"

REPRINTS = Table(
    "reprints",
    "One row for each article that was found to be one text with others, of other portals or under another address of "
    "its own: the members of all clusters.",
    (
        _CLUSTER,
        _ARTICLE,
        Column("portal", "TEXT", "id of its portal"),
        Column("url", "TEXT", "its address"),
        Column("title", "TEXT", "headline as printed", null="as in `articles`"),
        Column("published_at", "TEXT", "time of publication", null="as in `articles`"),
        Column("published_precision", "TEXT", "how much of it is printed", null="as in `articles`"),
        Column("source", "TEXT", "source as printed", null="as in `articles`"),
        Column("likeness", "REAL", "share of all its shingles and the head's that both have, 0 to 1; the head's is 1"),
        Column(
            "may_be_first",
            "INTEGER",
            "1 where no member was surely published before it: of two with the same time, or of one with the day alone "
            "and one of that day, both",
            null="it prints no time",
        ),
        Column("members", "INTEGER", "how many members the cluster has"),
        Column(
            "members_of_portal", "INTEGER", "how many of them are of this portal: more than 1 is the same text twice"
        ),
    ),
    is_view=True,
)

REPRINT_ORIGINS = Table(
    "reprint_origins",
    "One row a cluster: which portal of this archive published the text first, and whether the others name it.",
    (
        _CLUSTER,
        Column("members", "INTEGER", "how many articles it has"),
        Column("portals", "INTEGER", "of how many portals; 1: the same text twice on one portal"),
        Column("untimed", "INTEGER", "how many of them print no time: any of these may be earlier"),
        Column("first_published_at", "TEXT", "the earliest time that is printed", null="none is"),
        Column(
            "first_article_id",
            "INTEGER",
            "the earliest article of those with a time",
            null="several may be it, or none has a time",
        ),
        Column("first_portal", "TEXT", "the portal that was first, of those with a time", null="as `first_article_id`"),
        Column("first_outlet", "TEXT", "which outlet that portal is", null="`first_portal` is, or has no profile here"),
        Column("printed_outlets", "TEXT", "JSON list: the outlets that the members print as their source"),
        Column(
            "reprints_name",
            "TEXT",
            "what the other portals' articles name as source: `outlet`, the first portal's own; `group`, one of its "
            "house; `other`, none of both",
            null="`first_outlet` is, or they print no source",
        ),
    ),
    is_view=True,
)

OUTLETS = Table(
    "outlets",
    "Newspapers, agencies, stations and sites that articles name as their source. A name that is not known otherwise "
    "is an outlet of its own.",
    (
        Column("id", "INTEGER", "number of the outlet"),
        Column("name", "TEXT", "what it is called, without platform, dateline and brackets"),
        Column("group_name", "TEXT", _GROUP, null=_NO_GROUP),
    ),
)

SOURCE_NAMES = Table(
    "source_names",
    "Which outlets a source as printed names: one row an outlet.",
    (
        Column("printed", "TEXT", "as in `articles`, column `source`"),
        Column("place", "INTEGER", "which of several, from 0"),
        Column("outlet_id", "INTEGER", "the outlet, in `outlets`", null="it names none (`本站`, `网络`)"),
    ),
)

PORTAL_OUTLETS = Table(
    "portal_outlets",
    "Which outlet a portal is, by the name in its profile.",
    (Column("portal", "TEXT", "id of the portal"), Column("outlet_id", "INTEGER", "the outlet, in `outlets`")),
)

ARTICLE_OUTLETS = Table(
    "article_outlets",
    "The outlets that each article names as its source, one row an outlet.",
    (
        _ARTICLE,
        Column("place", "INTEGER", "which of several, from 0"),
        Column("outlet_id", "INTEGER", "the outlet, in `outlets`"),
        Column("outlet", "TEXT", "its name"),
        Column("outlet_group", "TEXT", _GROUP, null=_NO_GROUP),
    ),
    is_view=True,
)

OUTLET_COUNTS = Table(
    "outlet_counts",
    "How many articles name each outlet as their source.",
    (
        Column("outlet_id", "INTEGER", "the outlet, in `outlets`"),
        Column("outlet", "TEXT", "its name"),
        Column("outlet_group", "TEXT", _GROUP, null=_NO_GROUP),
        Column("articles", "INTEGER", "how many articles"),
        Column("portals", "INTEGER", "of how many portals"),
        Column("printed", "TEXT", "JSON list: the sources as printed"),
    ),
    is_view=True,
)

CLUSTERS = Table(
    "clusters",
    "Two or more articles that are one text. Each member is like the head; `reprints` shows them.",
    (
        Column("id", "INTEGER", "number of the cluster"),
        Column("head_id", "INTEGER", "the article that the others are compared with: the first that was read"),
    ),
)

CLUSTER_MEMBERS = Table(
    "cluster_members",
    "The articles of the clusters, the heads among them.",
    (
        _ARTICLE,
        _CLUSTER,
        Column("likeness", "REAL", "share of all its shingles and the head's that both have, 0 to 1"),
    ),
)

SIGNATURES = Table(
    "signatures",
    "What texts are found by: one row for each article that is no other one's reprint. For this program alone.",
    (
        _ARTICLE,
        Column("day", "INTEGER", "when it was published or else first seen, in days from 1 January of the year 1"),
        Column("bands", "BLOB", "the hashes in `signature_bands`, 64 bits each"),
    ),
)

SIGNATURE_BANDS = Table(
    "signature_bands",
    "The index of the signatures: alike texts share some of their hashes. For this program alone.",
    (
        Column("band", "INTEGER", "one hash"),
        Column("day", "INTEGER", "as in `signatures`"),
        _ARTICLE,
    ),
)

REPRINT_QUEUE = Table(
    "reprint_queue",
    "New and changed articles that were not yet looked at for reprints and outlets.",
    (_ARTICLE,),
)

REPRINT_RULES = Table(
    "reprint_rules",
    "By which version of the rules reprints and outlets were found; another one finds them again.",
    (
        Column("name", "TEXT", "`text` or `outlets`"),
        Column("version", "TEXT", "name of the version"),
    ),
)
