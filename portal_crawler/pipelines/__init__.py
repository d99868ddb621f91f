"""Item pipelines, in order: extract, check, store."""
