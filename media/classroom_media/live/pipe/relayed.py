"""An address at a TURN server, for who reaches nobody directly: by UDP, TCP or TLS.

Source: RFC 8656 (TURN); RFC 8445, 5.1.1.2 (relayed candidates); aioice speaks it.
"""

import ssl
from collections.abc import Callable
from typing import Final

from aioice import Candidate
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import StunProtocol
from aioice.turn import create_turn_endpoint

from classroom_media.live.pipe.port import Address
from classroom_media.live.pipe.reach import Relay

COMPONENT: Final = 1  # RTP and RTCP together


async def relayed(relay: Relay, protocol: Callable[[], StunProtocol]) -> StunProtocol:
    """Take an address at a server; what is sent by the protocol leaves from there.

    Raises:
        OSError: the server cannot be reached.
        stun.TransactionError: it refuses.
    """
    context = (relay.trusted or ssl.create_default_context()) if relay.tls else None
    transport, bound = await create_turn_endpoint(
        protocol,
        server_addr=(relay.host, relay.port),
        username=relay.user,
        password=relay.password,
        ssl=context,
        transport="tcp" if relay.tls else relay.transport,
    )
    address: Address = transport.get_extra_info("sockname")[:2]
    bound.local_candidate = candidate("relay", address, _hidden(address))
    return bound


def candidate(kind: str, address: Address, base: Address | None = None) -> Candidate:
    """Give an address as a candidate; `base` is the one behind it, where there is one to tell."""
    host, port = address
    return Candidate(
        foundation=candidate_foundation(kind, "udp", host),
        component=COMPONENT,
        transport="udp",
        priority=candidate_priority(COMPONENT, kind),
        host=host,
        port=port,
        type=kind,
        related_address=base[0] if base else None,
        related_port=base[1] if base else None,
    )


def _hidden(address: Address) -> Address:
    """Give what is told instead of the address behind a relayed one (RFC 8839, 5.1)."""
    return ("::" if ":" in address[0] else "0.0.0.0"), 9
