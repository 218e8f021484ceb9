"""What runs in namespaces: one that answers, and some who ask. Standard library only.

python talk.py answer HOST PORT       says "ready", then answers datagrams and connections
python talk.py count HOST PORT N      sends N datagrams; tells how many were answered
python talk.py wait HOST PORT S       asks each 20 ms until an answer comes; tells after how long
python talk.py fetch HOST PORT BYTES  has so many bytes sent by TCP; tells the seconds it took
python talk.py mtu HOST PORT          tells the greatest packet that gets there whole
"""

# ruff: noqa: T201 - it talks to whoever started it

import errno
import socket
import sys
import threading
import time
from contextlib import suppress

_DISCOVER, _PROBE = 10, 3  # IP_MTU_DISCOVER, IP_PMTUDISC_PROBE of Linux
SIZES = (1500, 1492, 1400, 1280, 576)


def family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def answer(host: str, port: int) -> None:
    datagrams = socket.socket(family(host), socket.SOCK_DGRAM)
    datagrams.bind((host, port))
    connections = socket.create_server((host, port), family=family(host))
    threading.Thread(target=serve, args=(connections,), daemon=True).start()
    print("ready", flush=True)
    while True:
        data, where = datagrams.recvfrom(2048)
        datagrams.sendto(where[0].encode() + b" " + data[:8], where)


def serve(connections: socket.socket) -> None:
    while True:
        asked, _ = connections.accept()
        with asked, suppress(OSError):
            asked.sendall(bytes(int(asked.recv(64))))


def count(host: str, port: int, many: int) -> None:
    asking = dialled(host, port, 0.5)
    heard = 0
    for number in range(many):
        asking.send(b"%d" % number)
        time.sleep(0.0005)
        if number % 10 == 9:
            heard += drained(asking, 0)
    print(heard + drained(asking, 0.5))


def drained(asking: socket.socket, within_s: float) -> int:
    heard = 0
    asking.settimeout(within_s)
    with suppress(TimeoutError, BlockingIOError):
        while asking.recv(2048):
            heard += 1
    return heard


def wait(host: str, port: int, most_s: float) -> None:
    asking, began_s = dialled(host, port, 0.02), time.monotonic()
    while time.monotonic() - began_s < most_s:
        asking.send(b"there?")
        with suppress(TimeoutError):
            said = asking.recv(2048).decode().split()[0]
            print(f"{time.monotonic() - began_s:.3f} {said}")
            return
    print("never -")


def fetch(host: str, port: int, many: int) -> None:
    began_s = time.monotonic()
    with socket.create_connection((host, port), 10) as asking:
        asking.settimeout(20)
        asking.send(b"%d" % many)
        left = many
        while left and (data := asking.recv(65536)):
            left -= len(data)
    print(time.monotonic() - began_s)


def mtu(host: str, port: int) -> None:
    asking = dialled(host, port, 0.3)
    asking.setsockopt(socket.IPPROTO_IP, _DISCOVER, _PROBE)
    for size in SIZES:
        with suppress(TimeoutError, OSError):
            asking.send(bytes(size - 28))
            if asking.recv(2048):
                print(size)
                return


def dialled(host: str, port: int, within_s: float) -> socket.socket:
    asking = socket.socket(family(host), socket.SOCK_DGRAM)
    asking.settimeout(within_s)
    asking.connect((host, port))
    return asking


if __name__ == "__main__":
    what, where, at, *more = sys.argv[1:]
    work = {"answer": answer, "count": count, "wait": wait, "fetch": fetch, "mtu": mtu}[what]
    try:
        work(where, int(at), *map(int, more))  # type: ignore[operator]
    except OSError as error:
        print(errno.errorcode.get(error.errno or 0, "?"), "-")
