"""The tables of reprints and outlets, and the views over them, as migration 0006 makes them."""

from __future__ import annotations

# A trigger marks what is to be read (again), so that no way of writing an article can forget it.
_TABLES = """
CREATE TABLE reprint_queue (
    article_id INTEGER PRIMARY KEY REFERENCES articles(id)
);;
CREATE TRIGGER reprint_queue_new AFTER INSERT ON articles BEGIN
    INSERT OR IGNORE INTO reprint_queue (article_id) VALUES (new.id);
END;;
CREATE TRIGGER reprint_queue_changed AFTER UPDATE OF title, body, source ON articles
WHEN old.title IS NOT new.title OR old.body IS NOT new.body OR old.source IS NOT new.source BEGIN
    INSERT OR IGNORE INTO reprint_queue (article_id) VALUES (new.id);
END;;
CREATE TABLE clusters (
    id INTEGER PRIMARY KEY,
    head_id INTEGER NOT NULL UNIQUE REFERENCES articles(id)
);;
CREATE TABLE cluster_members (
    article_id INTEGER PRIMARY KEY REFERENCES articles(id),
    cluster_id INTEGER NOT NULL REFERENCES clusters(id),
    likeness REAL NOT NULL
);;
CREATE INDEX cluster_members_cluster ON cluster_members(cluster_id);;
CREATE TABLE signatures (
    article_id INTEGER PRIMARY KEY REFERENCES articles(id),
    day INTEGER NOT NULL,
    bands BLOB NOT NULL
);;
CREATE TABLE signature_bands (
    band INTEGER NOT NULL,
    day INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    PRIMARY KEY (band, day, article_id)
) WITHOUT ROWID;;
CREATE TABLE reprint_rules (
    name TEXT PRIMARY KEY,
    version TEXT NOT NULL
) WITHOUT ROWID;;
CREATE TABLE outlets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    group_name TEXT
);;
CREATE TABLE source_names (
    printed TEXT NOT NULL,
    place INTEGER NOT NULL,
    outlet_id INTEGER REFERENCES outlets(id),
    PRIMARY KEY (printed, place)
) WITHOUT ROWID;;
CREATE INDEX source_names_outlet ON source_names(outlet_id);;
CREATE TABLE portal_outlets (
    portal TEXT PRIMARY KEY,
    outlet_id INTEGER NOT NULL REFERENCES outlets(id)
) WITHOUT ROWID;;
CREATE VIEW article_outlets AS
SELECT a.id AS article_id, s.place, s.outlet_id, o.name AS outlet, o.group_name AS outlet_group
FROM articles a
JOIN source_names s ON s.printed = a.source
JOIN outlets o ON o.id = s.outlet_id;;
CREATE VIEW outlet_counts AS
SELECT o.id AS outlet_id, o.name AS outlet, o.group_name AS outlet_group,
       count(*) AS articles, count(DISTINCT a.portal) AS portals,
       json_group_array(DISTINCT a.source) AS printed
FROM articles a
JOIN source_names s ON s.printed = a.source
JOIN outlets o ON o.id = s.outlet_id
GROUP BY o.id;;
CREATE VIEW reprints AS
SELECT m.cluster_id, a.id AS article_id, a.portal, a.url, a.title, a.published_at, a.published_precision, a.source,
       m.likeness,
       CAST(strftime('%s', a.published_at) AS INTEGER) < (
           SELECT min(CAST(strftime('%s', b.published_at) AS INTEGER)
                      + CASE b.published_precision WHEN 'second' THEN 1 WHEN 'minute' THEN 60 ELSE 86400 END)
           FROM cluster_members o JOIN articles b ON b.id = o.article_id WHERE o.cluster_id = m.cluster_id
       ) AS may_be_first,
       (SELECT count(*) FROM cluster_members o WHERE o.cluster_id = m.cluster_id) AS members,
       (SELECT count(*) FROM cluster_members o JOIN articles b ON b.id = o.article_id
        WHERE o.cluster_id = m.cluster_id AND b.portal = a.portal) AS members_of_portal
FROM cluster_members m
JOIN articles a ON a.id = m.article_id;;
CREATE VIEW reprint_origins AS
SELECT f.cluster_id, f.members, f.portals, f.untimed, f.first_published_at, f.first_article_id, f.first_portal,
       first.name AS first_outlet,
       (SELECT json_group_array(DISTINCT o.name)
        FROM cluster_members m
        JOIN articles a ON a.id = m.article_id
        JOIN source_names s ON s.printed = a.source
        JOIN outlets o ON o.id = s.outlet_id
        WHERE m.cluster_id = f.cluster_id) AS printed_outlets,
       (SELECT CASE WHEN first.id IS NULL OR count(*) = 0 THEN NULL
                    WHEN sum(o.id = first.id) THEN 'outlet'
                    WHEN sum(o.group_name = first.group_name) THEN 'group'
                    ELSE 'other' END
        FROM cluster_members m
        JOIN articles a ON a.id = m.article_id
        JOIN source_names s ON s.printed = a.source
        JOIN outlets o ON o.id = s.outlet_id
        WHERE m.cluster_id = f.cluster_id AND a.portal <> f.first_portal) AS reprints_name
FROM (
    SELECT cluster_id, max(members) AS members, count(DISTINCT portal) AS portals,
           count(*) - count(published_at) AS untimed, min(published_at) AS first_published_at,
           CASE WHEN sum(may_be_first) = 1 THEN max(CASE WHEN may_be_first THEN article_id END) END AS first_article_id,
           CASE WHEN count(DISTINCT CASE WHEN may_be_first THEN portal END) = 1
                THEN max(CASE WHEN may_be_first THEN portal END) END AS first_portal
    FROM reprints
    GROUP BY cluster_id
) f
LEFT JOIN portal_outlets p ON p.portal = f.first_portal
LEFT JOIN outlets first ON first.id = p.outlet_id
"""
# All stored articles are still to be read. Divided by two semicolons, since a trigger has its own.
STATEMENTS = (*_TABLES.split(";;\n"), "INSERT INTO reprint_queue (article_id) SELECT id FROM articles")
