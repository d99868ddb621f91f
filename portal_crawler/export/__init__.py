"""Articles as files for other programs: CSV, JSON lines, Parquet and Excel, chosen by the file's suffix.

`export_articles` writes one, in constant memory and from one moment of the database; each format is a module
of its own. A `Selection` says which articles, and the names of columns which of their values.
"""

from portal_crawler.export.columns import Column, ExportError
from portal_crawler.export.run import FORMATS, Exported, export_articles
from portal_crawler.export.selection import Selection

__all__ = ["FORMATS", "Column", "ExportError", "Exported", "Selection", "export_articles"]
