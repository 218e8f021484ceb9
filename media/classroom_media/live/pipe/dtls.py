"""DTLS without a socket: datagrams in, datagrams out, and at the end the keys of SRTP.

Each side shows a certificate that it signed itself; that it is the right one is told by its
fingerprint in the session description, which comes by a way that is trusted.

Source: RFC 5764 (DTLS-SRTP: 4.1.2 profiles, 4.2 keys); RFC 6347, 4.1.1
(one record is never cut); RFC 8842 (roles).
"""

from typing import Final

from OpenSSL import SSL

from classroom_media.live.pipe.identity import Identity, fingerprint
from classroom_media.live.pipe.srtp import PROFILES, Keys, Profile

LARGEST: Final = 1200  # bytes of a datagram
_CIPHERS: Final = b"ECDHE+AESGCM:ECDHE+CHACHA20"
_LABEL: Final = b"EXTRACTOR-dtls_srtp"
_RECORD: Final = 13  # bytes before a record's content, its length in the last two


class HandshakeError(Exception):
    """The other side is not who it should be, or does not speak as we do."""


class Dtls:
    """One side of a handshake. `server`: the other side begins."""

    def __init__(self, own: Identity, *, server: bool, digest: str, expected: str) -> None:
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_options(SSL.OP_NO_QUERY_MTU | SSL.OP_NO_TICKET)
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _anyone)
        context.set_cipher_list(_CIPHERS)
        context.use_certificate(own.certificate)
        context.use_privatekey(own.key)
        context.set_tlsext_use_srtp(b":".join(each.name for each in PROFILES))
        self.keys: Keys | None = None  # when the handshake is done
        self.ended = False  # the other side took leave
        self._server, self._digest, self._expected = server, digest, expected
        self._connection = SSL.Connection(context)
        self._connection.set_ciphertext_mtu(LARGEST)
        if server:
            self._connection.set_accept_state()
        else:
            self._connection.set_connect_state()

    def begin(self) -> list[bytes]:
        """Give what is said first; nothing by a server.

        Raises:
            HandshakeError: as below.
        """
        return self._go_on()

    def take(self, datagram: bytes) -> list[bytes]:
        """Take a datagram, and give the answer to it.

        Raises:
            HandshakeError: the other side is not who it should be, or speaks otherwise.
        """
        self._connection.bio_write(datagram)
        return self._go_on()

    def remind(self) -> list[bytes]:
        """Say again what was not answered in time.

        Raises:
            HandshakeError: it was not answered too often.
        """
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error as error:
            raise HandshakeError("the other side says nothing") from error
        return self._pending()

    @property
    def wait_s(self) -> float | None:
        """Give how long an answer is waited for from now; None: none is."""
        return self._connection.DTLSv1_get_timeout()

    def leave(self) -> list[bytes]:
        """Take leave."""
        if self.keys is not None and not self.ended:
            self._connection.shutdown()
        return self._pending()

    def _go_on(self) -> list[bytes]:
        try:
            if self.keys is None:
                self._connection.do_handshake()
                self.keys = self._agreed()
            else:
                self._connection.recv(LARGEST)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.ended = True
        except SSL.Error as error:
            raise HandshakeError(f"the handshake failed: {error}") from error
        return self._pending()

    def _agreed(self) -> Keys:
        """Give the keys, if the other side is who it should be."""
        shown = self._connection.get_peer_certificate(as_cryptography=True)
        if shown is None or fingerprint(shown, self._digest) != self._expected.upper():
            raise HandshakeError("the other side shows another certificate than it told of")
        name = self._connection.get_selected_srtp_profile()
        profile = next((each for each in PROFILES if each.name == name), None)
        if profile is None:
            raise HandshakeError("no way to encrypt is known to both")
        return self._keys(profile)

    def _keys(self, profile: Profile) -> Keys:
        size, salt = profile.key_size, profile.salt_size
        drawn = self._connection.export_keying_material(_LABEL, 2 * (size + salt))
        client = drawn[:size] + drawn[2 * size : 2 * size + salt]
        server = drawn[size : 2 * size] + drawn[2 * size + salt :]
        own, other = (server, client) if self._server else (client, server)
        return Keys(profile, own=own, other=other)

    def _pending(self) -> list[bytes]:
        said = bytearray()
        try:
            while True:
                said += self._connection.bio_read(1 << 16)
        except SSL.WantReadError:
            return datagrams(bytes(said))


def _anyone(*_: object) -> bool:
    """Believe any certificate: its fingerprint is looked at when the handshake is done."""
    return True


def datagrams(records: bytes) -> list[bytes]:
    """Put DTLS records into datagrams, as many into one as fit, none of them cut."""
    found: list[bytes] = []
    at = 0
    while at < len(records):
        end = at + _RECORD + int.from_bytes(records[at + _RECORD - 2 : at + _RECORD])
        record, at = records[at:end], end
        if found and len(found[-1]) + len(record) <= LARGEST:
            found[-1] += record
        else:
            found.append(record)
    return found
