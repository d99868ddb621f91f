"""Scrapy's commands, where the project's are other ones."""
