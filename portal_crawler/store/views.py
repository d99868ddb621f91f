"""The views: answers to what people ask of the collection, as SQL that any SQLite tool can read.

A day is cut from the text of a time: SQLite's own date() would convert it to UTC. What each view and column means
stands in the dictionary.
"""

from __future__ import annotations

_ARTICLES_PER_DAY = """
CREATE VIEW articles_per_day AS
SELECT portal, substr(published_at, 1, 10) AS day, count(*) AS articles
FROM articles
WHERE published_at IS NOT NULL
GROUP BY 1, 2
"""

# The last listing ends the time that is known of. What claims to be later is a misprint and ends no silence.
# The joins stand in this order, since the days are all in an index: looked up channel by channel, they are read from
# as many places of the whole table, which took 23 s at 200,000 articles that were not in memory.
_CHANNEL_GAPS = """
CREATE VIEW channel_gaps AS
WITH days AS (
    SELECT DISTINCT c.portal AS portal, c.id AS channel_id, c.name AS channel,
                    substr(a.published_at, 1, 10) AS day, substr(c.last_listed_at, 1, 10) AS listed
    FROM articles a
    CROSS JOIN article_channels x ON x.article_id = a.id
    CROSS JOIN channels c ON c.id = x.channel_id
    WHERE a.published_at IS NOT NULL AND substr(a.published_at, 1, 10) <= substr(c.last_listed_at, 1, 10)
), steps AS (
    SELECT portal, channel_id, channel, day,
           lead(day, 1, listed) OVER (PARTITION BY portal, channel_id, channel ORDER BY day) AS next
    FROM days
)
SELECT portal, channel_id, channel, date(day, '+1 day') AS first_day, date(next, '-1 day') AS last_day,
       CAST(julianday(next) - julianday(day) AS INTEGER) - 1 AS days
FROM steps
WHERE julianday(next) - julianday(day) > 1
"""

_PORTAL_GAPS = """
CREATE VIEW portal_gaps AS
WITH listed AS (
    SELECT portal, substr(max(last_listed_at), 1, 10) AS day FROM channels GROUP BY portal
), days AS (
    SELECT DISTINCT a.portal AS portal, substr(a.published_at, 1, 10) AS day, l.day AS listed
    FROM articles a JOIN listed l ON l.portal = a.portal
    WHERE a.published_at IS NOT NULL AND substr(a.published_at, 1, 10) <= l.day
), steps AS (
    SELECT portal, day, lead(day, 1, listed) OVER (PARTITION BY portal ORDER BY day) AS next FROM days
)
SELECT portal, date(day, '+1 day') AS first_day, date(next, '-1 day') AS last_day,
       CAST(julianday(next) - julianday(day) AS INTEGER) - 1 AS days
FROM steps
WHERE julianday(next) - julianday(day) > 1
"""

# As a list in JSON, the names that one value joins come apart.
_CHANNEL_EDITORS = """
CREATE VIEW channel_editors AS
SELECT c.portal AS portal, c.id AS channel_id, c.name AS channel, n.value AS editor, count(*) AS articles,
       min(a.published_at) AS first_published_at, max(a.published_at) AS last_published_at
FROM articles a
JOIN json_each('[' || replace(json_quote(a.editor), '、', '","') || ']') n
JOIN article_channels x ON x.article_id = a.id
JOIN channels c ON c.id = x.channel_id
WHERE a.editor IS NOT NULL
GROUP BY c.portal, c.id, n.value
"""

_ARTICLE_EDITS = """
CREATE VIEW article_edits AS
SELECT a.portal AS portal, a.id AS article_id, a.url AS url, r.revision AS revision, a.published_at AS published_at,
       b.captured_at AS seen_before_at, r.captured_at AS captured_at,
       CASE WHEN a.published_precision <> 'day'
            THEN round((julianday(r.captured_at) - julianday(a.published_at)) * 24, 1) END AS hours_after,
       '[' || substr(
           CASE WHEN b.title IS NOT r.title THEN ',"title"' ELSE '' END
           || CASE WHEN b.published_at IS NOT r.published_at THEN ',"published_at"' ELSE '' END
           || CASE WHEN b.source IS NOT r.source THEN ',"source"' ELSE '' END
           || CASE WHEN b.editor IS NOT r.editor THEN ',"editor"' ELSE '' END
           || CASE WHEN b.author IS NOT r.author THEN ',"author"' ELSE '' END
           || CASE WHEN b.body IS NOT r.body THEN ',"body"' ELSE '' END
           || CASE WHEN b.images IS NOT r.images THEN ',"images"' ELSE '' END, 2) || ']' AS changed,
       b.title AS title_before, r.title AS title,
       coalesce(length(r.body), 0) - coalesce(length(b.body), 0) AS characters_added
FROM revisions r
JOIN revisions b ON b.article_id = r.article_id AND b.revision = r.revision - 1
JOIN articles a ON a.id = r.article_id
WHERE r.revision > 1
"""

# Counts, since those of months and portals can be added up. LIMIT keeps SQLite from merging the two steps, which makes
# it sort whole texts: four times slower at 200,000 articles.
_FIELD_COUNTS = """
CREATE VIEW field_counts AS
SELECT portal, month, count(*) AS articles, sum(title) AS title, sum(published_at) AS published_at,
       sum(source) AS source, sum(editor) AS editor, sum(author) AS author, sum(body) AS body, sum(images) AS images
FROM (
    SELECT portal, substr(published_at, 1, 7) AS month, title IS NOT NULL AS title,
           published_at IS NOT NULL AS published_at, source IS NOT NULL AS source, editor IS NOT NULL AS editor,
           author IS NOT NULL AS author, body IS NOT NULL AS body, images <> '[]' AS images
    FROM articles LIMIT -1
)
GROUP BY 1, 2
"""

_FILL_RATES = """
CREATE VIEW fill_rates AS
SELECT portal, count(*) AS articles, round(100.0 * count(title) / count(*), 1) AS title,
       round(100.0 * count(published_at) / count(*), 1) AS published_at,
       round(100.0 * count(source) / count(*), 1) AS source, round(100.0 * count(editor) / count(*), 1) AS editor,
       round(100.0 * count(author) / count(*), 1) AS author, round(100.0 * count(body) / count(*), 1) AS body,
       round(100.0 * count(CASE WHEN images <> '[]' THEN 1 END) / count(*), 1) AS images
FROM articles
GROUP BY portal
"""

STATEMENTS = (
    _ARTICLES_PER_DAY,
    _PORTAL_GAPS,
    _CHANNEL_GAPS,
    _CHANNEL_EDITORS,
    _ARTICLE_EDITS,
    _FIELD_COUNTS,
    _FILL_RATES,
)
