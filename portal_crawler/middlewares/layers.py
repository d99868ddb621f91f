"""Answers packed over and over: each layer may unpack to all that an answer may hold."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Response

from portal_crawler.archive import MOST_ENCODINGS


class PackedTooOften(Exception):
    """The body is packed in more layers than anybody needs."""


class LayersMiddleware:
    """Refuses answers with more content encodings than a server and its proxies add. Below decompression."""

    def process_response(self, request: Request, response: Response) -> Response:
        layers = sum(value.count(b",") + 1 for value in response.headers.getlist("Content-Encoding"))
        if layers > MOST_ENCODINGS:
            raise PackedTooOften(f"{layers} content encodings, one upon the other")
        return response
