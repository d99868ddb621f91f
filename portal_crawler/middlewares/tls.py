"""TLS as old hosts speak it, for portals whose profile says `lenient_tls`."""

from __future__ import annotations

from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from twisted.internet.ssl import CertificateOptions

# OpenSSL 3 forbids TLS 1.0 and 1.1 from security level 1 on, and Twisted's list of ciphers cannot name a level.
_ALL_CIPHERS = b"ALL:@SECLEVEL=0"


class LenientContextFactory(_ScrapyClientContextFactory):
    """Scrapy's factory without its verification of certificates, and with every cipher that OpenSSL knows."""

    def _get_cert_options(self) -> CertificateOptions:
        options = super()._get_cert_options()
        options.getContext().set_cipher_list(_ALL_CIPHERS)
        return options
