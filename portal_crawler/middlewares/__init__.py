"""Downloader middlewares: what happens between the spider's request and the network."""
