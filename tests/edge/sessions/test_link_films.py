"""Hub and site ask each other about films over the link, within the bounds of its messages."""

import msgspec
import pytest

from classroom_edge.sessions.link import films, wire
from classroom_edge.sessions.link.effects import Dropped, Informed, Inquired
from classroom_edge.sessions.state import NS
from tests.edge.sessions.pretend_link import Network

FETCH = films.Fetch(film="math.r1.1", digest=b"d" * 16, offset=5, most=1000)
PIECE = films.Piece(data=b"abc", share=0.2)


def linked() -> Network:
    network = Network("hill")
    network.run(2)
    return network


def test_each_end_asks_the_other_and_is_answered() -> None:
    network = linked()
    way = network.ways["hill"]
    now_ns = way.own_ns + network.now_ns
    number, send = way.end.inquire(films.Owed(since_ns=7), now_ns=now_ns, within_ns=NS)
    network.at_site(way, [send])
    deadline_ns = network.hub_ns + NS
    other, ask = network.hub.inquire("hill", FETCH, deadline_ns=deadline_ns)
    network.at_hub([ask])
    network.run(0.1)
    asked = wire.Inquire(id=number, question=films.Owed(since_ns=7))
    assert network.seen.pop() == Inquired("hill", asked)
    assert way.seen.pop() == Inquired("hill", wire.Inquire(id=other, question=FETCH))
    network.at_hub([network.hub.inform("hill", number, films.Owing(films=()))])
    network.at_site(way, [way.end.inform(other, PIECE)])
    network.run(0.1)
    assert way.seen.pop() == Informed("hill", wire.Inform(id=number, reply=films.Owing(films=())))
    assert network.seen.pop() == Informed("hill", wire.Inform(id=other, reply=PIECE))


def test_a_question_that_waited_out_a_cut_is_not_answered_any_more() -> None:
    network = linked()
    deadline_ns = network.hub_ns
    network.at_hub([network.hub.inquire("hill", FETCH, deadline_ns=deadline_ns)[1]])
    network.run(0.1)
    assert network.ways["hill"].seen.pop() == Dropped("hill", "Inquire", "expired")


@pytest.mark.parametrize("name", ["../secrets", ".hidden", "", "a/b", "x" * 121])
def test_a_film_has_a_name_that_may_name_a_folder(name: str) -> None:
    question = films.Fetch(film=name, digest=b"", offset=0, most=1)
    with pytest.raises(wire.WireError):
        wire.decode_to_hub(
            wire.encode(wire.LetterToHub(body=wire.Inquire(id=1, question=question)))
        )


@pytest.mark.parametrize(
    "reply",
    [
        films.Piece(data=bytes(films.PIECE_MAX + 1), share=0.2),
        films.Piece(data=b"", share=1.5),
        films.NoPiece(reason="x" * 41),
    ],
)
def test_what_is_out_of_bounds_is_garbage(reply: films.Reply) -> None:
    with pytest.raises(wire.WireError):
        wire.decode_to_site(wire.encode(wire.LetterToSite(body=wire.Inform(id=1, reply=reply))))


def test_the_largest_answers_fit_into_their_letters() -> None:
    film = films.Film(
        name="n" * 120,
        session="s" * 40,
        title="数" * 200,
        from_ns=1 << 62,
        to_ns=1 << 62,
        state=films.THERE,
        outline=bytes(32),
        outline_size=1 << 50,
    )
    owing = films.Owing(films=(film,) * films.FILMS_MAX)
    piece = films.Piece(data=bytes(films.PIECE_MAX), share=1.0)
    small = msgspec.structs.replace(piece, data=bytes(films.PIECE_TO_HUB_MAX))
    for reply in (owing, piece):
        wire.decode_to_site(wire.encode(wire.LetterToSite(body=wire.Inform(id=1, reply=reply))))
    wire.decode_to_hub(wire.encode(wire.LetterToHub(body=wire.Inform(id=1, reply=small))))


async def test_a_room_that_keeps_nothing_for_others_says_so() -> None:
    assert await films.no_films("hill", films.Owed(since_ns=0)) == films.Owing(films=())
    assert await films.no_films("hill", FETCH) == films.NoPiece(reason=films.GONE)
