"""Where those who watch find this machine."""

import base64
import ipaddress
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import psutil
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from classroom_edge.config.models import Config

KEY: Final = "#key="  # in an address; what follows is its server's, and goes no further


def key_of(certificate: Path) -> str:
    """Give a certificate's public key (SubjectPublicKeyInfo, DER in base64). Raises OSError."""
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    form = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(form).decode("ascii")


def base_address(config: Config, port: int) -> str:
    """Give scheme, host and port: the name in room.toml, or an address that others reach."""
    network = config.network
    scheme = "http" if network.is_loopback else "https"
    host = next(iter(network.names), "") or _reached_at(network.listen)
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _reached_at(listen: str) -> str:
    if not ipaddress.ip_address(listen).is_unspecified:
        return listen
    found = (one for addresses in psutil.net_if_addrs().values() for one in addresses)
    own = [one.address for one in found if one.family == socket.AF_INET]
    return next(_outward(own), socket.gethostname())


def _outward(addresses: Iterable[str]) -> Iterator[str]:
    return (one for one in addresses if not ipaddress.ip_address(one).is_loopback)
