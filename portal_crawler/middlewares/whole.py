"""Compressed answers that end too early: half an article must not pass for a short one."""

from __future__ import annotations

import zlib

from scrapy import Request
from scrapy.http import Response

_GZIP = 31
_STEP = 1 << 20


class BodyCutOff(Exception):
    """The compressed body breaks off before its end."""


class WholeBodyMiddleware:
    """Raises BodyCutOff for a gzip body that is not whole, which Scrapy unpacks as far as it goes.

    Above decompression; `request.meta["packed"]` is the body as it came, put there by the capture.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        packed: bytes | None = request.meta.pop("packed", None)
        # The last bytes of a whole body say how long it is unpacked (RFC 1952), which costs nothing to compare.
        if packed and int.from_bytes(packed[-4:], "little") != len(response.body) and not is_whole_gzip(packed):
            raise BodyCutOff(f"gzip body breaks off after {len(packed)} bytes")
        return response


def is_whole_gzip(data: bytes) -> bool:
    """Whether the first member of gzip data is whole; what stands behind it does not matter. Constant memory."""
    unpack = zlib.decompressobj(_GZIP)
    try:
        while not unpack.eof and data:
            unpack.decompress(data, _STEP)
            data = unpack.unconsumed_tail
    except zlib.error:
        return False
    return unpack.eof
