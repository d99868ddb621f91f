# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From an empty directory to a plot
#
# This notebook crawls a portal, looks at what came of it with pandas, asks questions with DuckDB, and goes back to the
# bytes that the portal sent. It needs `portal-crawler`, pandas, DuckDB, pyarrow and matplotlib, and no network: the
# portal is the replica that comes with `portal-crawler demo`. For a real one, the first command is
# `portal-crawler crawl gscn`.
#
# It is written by `make notebook` from `docs/notebook.py`, which also runs as a script in an empty directory.

# %%
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import matplotlib.pyplot as plt
import pandas as pd


def portal_crawler(*arguments):
    """What a command of portal-crawler prints."""
    command = [sys.executable, "-m", "portal_crawler", *map(str, arguments)]
    # Jupyter asks for colours, which are of no use to a program.
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("FORCE_COLOR", "CLICOLOR"))}
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8", env=plain).stdout


# %% [markdown]
# ## Crawl
#
# The demo serves a replica portal on loopback and crawls all its channels into a database and an archive.

# %%
here = Path("collection")
db, archive = here / "portal.db", here / "archive"
print(portal_crawler("demo", "--directory", here, "--articles", 200))

# %% [markdown]
# ## Look at it with pandas
#
# The database is one SQLite file. Opened read-only, it can be read while a crawl writes to it. Times carry `+08:00`;
# pandas keeps them in Beijing time. What a page does not print is missing, never guessed.

# %%
database = sqlite3.connect(f"{db.resolve().as_uri()}?mode=ro", uri=True)
articles = pd.read_sql("SELECT * FROM articles ORDER BY published_at", database)
articles["published_at"] = pd.to_datetime(articles["published_at"], format="ISO8601")
articles[["published_at", "title", "source", "editor"]].head(8)

# %% [markdown]
# What every table, view and column means, `portal-crawler schema` says; `docs/schema.md` has queries to start from.

# %%
described = json.loads(portal_crawler("schema", "fill_rates", "--json"))
print(described["about"])
pd.DataFrame(described["columns"]).set_index("name")[["type", "meaning"]]

# %% [markdown]
# How full each field is, in percent: a view that the database brings with it.

# %%
pd.read_sql("SELECT * FROM fill_rates", database).set_index("portal").T

# %% [markdown]
# ## Articles per day

# %%
per_day = pd.read_sql("SELECT day, sum(articles) AS articles FROM articles_per_day GROUP BY day", database)
per_day = per_day.set_index(pd.to_datetime(per_day["day"]))["articles"].asfreq("D", fill_value=0)

figure, axes = plt.subplots(figsize=(9, 3))
axes.bar(per_day.index, per_day, width=0.9)
axes.set(title="Articles per day of publication", ylabel="articles")
axes.spines[["top", "right"]].set_visible(False)
figure.autofmt_xdate()
figure.savefig("articles-per-day.png", dpi=120, bbox_inches="tight")

# %% [markdown]
# ## Ask with DuckDB
#
# An export to Parquet keeps lists as lists and is what DuckDB, R or Spark read fastest. Its manifest says how many rows
# it has, of which moment, and with which checksum.

# %%
parquet = here / "articles.parquet"
print(portal_crawler("export", parquet, "--db", db))
manifest = json.loads(Path(f"{parquet}.manifest.json").read_text(encoding="utf-8"))
{name: manifest[name] for name in ("rows", "format", "schema", "made_by")}

# %% [markdown]
# Which outlets the portal reprints most, and how long their articles are:

# %%
duckdb.sql(f"""
    SELECT source, count(*) AS articles, round(avg(length(body))) AS characters
    FROM '{parquet}' WHERE source IS NOT NULL GROUP BY source ORDER BY articles DESC, source LIMIT 8
""").df()

# %% [markdown]
# Articles by the column that the page names above the headline, and when in the day they come:

# %%
duckdb.sql(f"""
    SELECT channel_path[-1] AS channel, count(*) AS articles,
           count(*) FILTER (CAST(substr(published_at, 12, 2) AS INTEGER) < 12) AS before_noon
    FROM '{parquet}' WHERE published_precision <> 'day' GROUP BY channel ORDER BY articles DESC, channel LIMIT 8
""").df()

# %% [markdown]
# ## Search
#
# `search` finds Chinese text of any length, without a dictionary of words; `--json` prints a hit a line.

# %%
hits = [
    json.loads(line) for line in portal_crawler("search", "合作社", "--json", "--limit", 5, "--db", db).splitlines()
]
pd.DataFrame(hits)[["published_at", "title", "url"]]

# %% [markdown]
# ## Back to the evidence
#
# Every article names the answer that it was read from, and the archive keeps that answer as it came. Reading it again
# gives the same article: the rules can be checked, and improved later over everything that was ever fetched.

# %%
from portal_crawler.archive import read_exchange
from portal_crawler.extract import extract_article

url, title, file, offset, length, digest = database.execute("""
    SELECT a.url, a.title, c.file, c.offset, c.length, c.digest
    FROM articles a JOIN captures c ON c.id = a.capture_id ORDER BY a.published_at DESC LIMIT 1
""").fetchone()
exchange = read_exchange(archive, file, offset, length)
again = extract_article(exchange.content(), url, content_type=exchange.header("content-type"))
print(f"{file}, byte {offset}: {length} bytes, {digest}")
print(f"stored: {title}\nagain:  {again.title}")
assert again.title == title

# %% [markdown]
# ## For a project's page
#
# `report` puts coverage, fields, sources, editors, gaps, drift and revisions on one page of HTML that loads nothing
# from elsewhere.

# %%
print(portal_crawler("report", here / "report.html", "--db", db))
database.close()
