"""Keeps Scrapy from guessing charsets on compressed bytes."""

from __future__ import annotations

from scrapy.http import Request, Response, TextResponse


class CharsetMiddleware:
    """Names an encoding for compressed responses before they are decompressed.

    `Response.replace` reads the old response's encoding, and without a charset in the header Scrapy detects
    one on the gzip bytes: with pages of 40 KB, 560 pages/s became 200. The name is never used: pages are
    decoded by `extract`, from bytes.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        if "Content-Encoding" not in response.headers or not isinstance(response, TextResponse):
            return response
        return type(response)(
            response.url,
            status=response.status,
            headers=response.headers,
            body=response.body,
            flags=response.flags,
            certificate=response.certificate,
            ip_address=response.ip_address,
            protocol=response.protocol,
            encoding="latin-1",
        )
