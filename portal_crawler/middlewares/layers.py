"""Answers that unpack to more than an answer may hold, or are packed over and over."""

from __future__ import annotations

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from portal_crawler.archive import MOST_ENCODINGS


class PackedTooOften(Exception):
    """The body is packed in more layers than anybody needs."""


class UnpackedTooLarge(Exception):
    """The body is larger than an answer may be when it is unpacked."""


class LayersMiddleware(HttpCompressionMiddleware):
    """Scrapy's decompression, which lets go at once of what it refuses.

    Each layer may unpack to all that an answer may hold, so there is a bound to their number, too.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        layers = sum(value.count(b",") + 1 for value in response.headers.getlist("Content-Encoding"))
        if layers > MOST_ENCODINGS:
            raise PackedTooOften(f"{layers} content encodings, one upon the other")
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            reason = str(error)
        # Not in the handler: the error's frames hold all that was unpacked, and it lives until a collection.
        raise UnpackedTooLarge(reason)
