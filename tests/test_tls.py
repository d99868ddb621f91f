"""Certificates and versions of TLS: refused by default, taken where a profile says so."""

from __future__ import annotations

import json
import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.command_line import run_text
from tests.faults.server import FAULTY, article, portal

Made = Callable[..., ssl.SSLContext]


@pytest.fixture
def context(tmp_path: Path) -> Made:
    """Makes a server's TLS context, its certificate signed by itself."""

    def make(*, days: int = 30, host: str = "127.0.0.1", newest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        now = datetime.now(UTC)
        names = [x509.IPAddress(IPv4Address(host)) if host[0].isdigit() else x509.DNSName(host)]
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = tmp_path / "server.pem"
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if newest is not None:
            made.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                made.minimum_version = ssl.TLSVersion.TLSv1
                made.maximum_version = newest
        made.load_cert_chain(pem)
        return made

    return make


def crawl(folder: Path, url: str, environment: dict[str, str], *, lenient: bool) -> tuple[int, dict[str, object]]:
    profile = folder / "tls.toml"
    profile.write_text(
        f'id = "tls"\nname = "测试网"\nlenient_tls = {str(lenient).lower()}\n[[channels]]\nname = "国内"\nurl = "/gn/"\n',
        "utf-8",
    )
    places = ("--db", folder / "p.db", "--archive", folder / "a")
    manners = ("--allow-private", "--delay", "0", "--json")
    result = run_text("crawl", profile, "--host", url, *manners, *places, timeout=120, env=environment)
    return result.returncode, json.loads(result.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "made",
    [
        {"days": -1},
        {"host": "www.another.example"},
        {"newest": ssl.TLSVersion.TLSv1_1},
        {},
    ],
    ids=["expired", "wrong host", "TLS 1.1", "signed by itself"],
)
def test_a_host_that_proves_nothing_is_read_only_where_a_profile_says_so(
    context: Made, tmp_path: Path, cli_environment: dict[str, str], made: dict[str, object]
) -> None:
    with portal({FAULTY: lambda asked: asked.answer(article(9))}, context(**made)) as running:
        code, found = crawl(tmp_path, running.url, cli_environment, lenient=False)
        assert (code, found["articles"]) == (3, 0)
        code, found = crawl(tmp_path, running.url, cli_environment, lenient=True)
        assert (code, found["articles"]) == (0, 3), found
