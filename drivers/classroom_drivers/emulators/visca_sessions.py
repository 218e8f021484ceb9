"""How an emulated VISCA camera is reached: bare packets, Sony's envelopes, a chain of several."""

from collections.abc import Sequence
from typing import Protocol

from classroom_drivers.codecs import visca
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.visca import Completion, Packet
from classroom_drivers.codecs.visca_ip import (
    MESSAGE_ERROR,
    RESET,
    SEQUENCE_ERROR,
    SEQUENCES,
    Kind,
    Message,
    MessageDecoder,
    encode,
)
from classroom_drivers.emulators.session import NEVER

ACK_S = 0.004  # how long the camera thinks before it answers


class Camera(Protocol):
    """What a session needs of a camera."""

    address: int
    answers_as: int  # the address that it says it has; 0 is the true one
    boots: int  # how often it was switched on again

    def advance(self, now_s: float) -> None:
        """Let time pass."""

    def due_s(self) -> float:
        """Say when it does something by itself."""

    def dead(self, now_s: float) -> bool:
        """Say whether it has no power, or is not up yet."""

    def clear(self) -> None:
        """Forget every command that is under way."""

    def obey(self, session: "ViscaSession", body: bytes, now_s: float, context: int) -> None:
        """Do one packet and let the session say what there is to say."""


class ViscaSession:
    """One connection, one sender of datagrams, or a serial line: bare packets.

    `half_open`: a camera that was switched off and on again does not know the connection any
    more, and whatever comes over it is lost, as with TCP when the end of it went unnoticed.
    """

    closed = False

    def __init__(self, camera: Camera, *, half_open: bool = False) -> None:
        self._camera = camera
        self._packets = visca.PacketDecoder()
        self._said: list[tuple[float, bytes]] = []
        self._boots = camera.boots
        self._half_open = half_open

    def due_s(self) -> float:
        """Give when the camera answers or a movement arrives."""
        return min(self._camera.due_s(), self._said[0][0] if self._said else NEVER)

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what the camera says by now."""
        camera = self._camera
        camera.advance(now_s)
        if camera.dead(now_s):
            self._said.clear()
            return []
        if self._boots != camera.boots:
            if self._half_open:
                self._said.clear()
                return []
            self._boots = camera.boots
            self.begin_anew(now_s)
        self._hear(data, now_s)
        due = [said for said in self._said if said[0] <= now_s]
        self._said = self._said[len(due) :]
        return [data for _, data in due]

    def begin_anew(self, now_s: float) -> None:
        """Say that the camera has power again."""
        self._packets = visca.PacketDecoder()
        self.say(visca.NetworkChange(self._camera.address), now_s)

    def say(self, reply: visca.Reply, now_s: float, context: int = 0) -> None:
        """Say something once the camera has thought."""
        data = visca.encode_reply(reply)
        if self._camera.answers_as and not isinstance(reply, visca.Echo):
            data = bytes([(8 + self._camera.answers_as) << 4]) + data[1:]
        self._said.append((now_s + ACK_S, self._spell(data, context)))

    def take(self, packet: Packet, now_s: float, context: int = 0) -> None:
        """Take a packet, whoever it is for."""
        camera = self._camera
        match packet:
            case Packet(header=0x88, body=body) if body[:1] == visca.SET_ADDRESS[:1]:
                self.say(visca.Echo(bytes([0x30, camera.address + 1])), now_s, context)
            case Packet(header=0x88, body=visca.CLEAR):
                camera.clear()
                self.say(visca.Echo(visca.CLEAR), now_s, context)
            case Packet(header, body=visca.CLEAR) if header == 0x80 | camera.address:
                camera.clear()
                self.say(Completion(camera.address, 0), now_s, context)
            case Packet(header, body) if header == 0x80 | camera.address:
                camera.obey(self, body, now_s, context)

    def _hear(self, data: bytes, now_s: float) -> None:
        for packet in self._packets.feed(data):
            if isinstance(packet, Packet):
                self.take(packet, now_s)

    def _spell(self, packet: bytes, context: int) -> bytes:
        return packet


class SonySession(ViscaSession):
    """One sender of datagrams: packets in envelopes, each sequence number taken once.

    A camera that was switched on again begins to count anew, and takes nothing but 0.
    """

    def __init__(self, camera: Camera) -> None:
        super().__init__(camera)
        self._messages = MessageDecoder()
        self._newest: int | None = None
        self._strict = False

    def begin_anew(self, now_s: float) -> None:
        """Forget the count; nothing is said, there is no chain."""
        self._newest, self._strict = None, True

    def _hear(self, data: bytes, now_s: float) -> None:
        for message in self._messages.feed(data):
            if isinstance(message, Garbage):
                self._envelope(Message(Kind.CONTROL_REPLY, 0, MESSAGE_ERROR), now_s)
            elif message.kind == Kind.CONTROL and message.payload == RESET:
                self._newest, self._strict = None, False
                self._envelope(Message(Kind.CONTROL_REPLY, message.sequence, RESET), now_s)
            elif self._in_order(message.sequence):
                self._newest = message.sequence
                for packet in visca.PacketDecoder().feed(message.payload):
                    if isinstance(packet, Packet):
                        self.take(packet, now_s, message.sequence)
            else:
                answer = Message(Kind.CONTROL_REPLY, message.sequence, SEQUENCE_ERROR)
                self._envelope(answer, now_s)

    def _in_order(self, sequence: int) -> bool:
        if self._newest is None:
            return sequence == 0 or not self._strict
        return 0 < (sequence - self._newest) % SEQUENCES < SEQUENCES // 2

    def _spell(self, packet: bytes, context: int) -> bytes:
        return encode(Message(Kind.REPLY, context, packet))

    def _envelope(self, message: Message, now_s: float) -> None:
        self._said.append((now_s + ACK_S, encode(message)))


class ChainSession:
    """A serial line through several cameras; one without power cuts off those behind it.

    Every packet passes the cameras in their order, and the first whose address it bears keeps it.
    """

    closed = False

    def __init__(self, cameras: Sequence[Camera]) -> None:
        self._sessions = [(camera, ViscaSession(camera)) for camera in cameras]
        self._packets = visca.PacketDecoder()

    def due_s(self) -> float:
        """Give when one of them says something."""
        return min(session.due_s() for _, session in self._sessions)

    def receive(self, data: bytes, now_s: float) -> list[bytes]:
        """Take what arrived; give what those that can be reached say by now."""
        within = self._within_reach(now_s)
        for packet in self._packets.feed(data):
            if isinstance(packet, Packet) and within:
                self._pass_on(packet, within, now_s)
        said: list[bytes] = []
        for camera, session in self._sessions:
            answers = session.receive(b"", now_s)
            said += answers if (camera, session) in within else []
        return said

    def _within_reach(self, now_s: float) -> list[tuple[Camera, ViscaSession]]:
        dead = (place for place, (camera, _) in enumerate(self._sessions) if camera.dead(now_s))
        return self._sessions[: next(dead, None)]

    def _pass_on(
        self, packet: Packet, within: list[tuple[Camera, ViscaSession]], now_s: float
    ) -> None:
        _, first = within[0]
        match packet:
            case Packet(header=0x88, body=body) if body[:1] == visca.SET_ADDRESS[:1]:
                for address, (camera, _) in enumerate(within, body[1]):
                    camera.address = address
                first.say(visca.Echo(bytes([body[0], body[1] + len(within)])), now_s)
            case Packet(header=0x88, body=visca.CLEAR):
                for camera, _ in within:
                    camera.clear()
                first.say(visca.Echo(visca.CLEAR), now_s)
            case Packet(header=header):
                for camera, session in within:
                    if header == 0x80 | camera.address:
                        session.take(packet, now_s)
                        return
