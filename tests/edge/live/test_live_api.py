"""Picture and sound over the API: guests by ticket, screens of the room, a layout undone."""

from pathlib import Path

import pytest

from classroom_edge.config.models import TurnConfig
from classroom_edge.sessions import local
from classroom_edge.sessions.link.wire import SDP_MAX
from classroom_edge.web.session_bodies import IceServer
from tests.edge.pretend_room import ANSWER, TICKET
from tests.edge.website import website

OFFER = "v=0\r\ns=an offer\r\n"
SDP = {"Content-Type": "application/sdp"}


async def test_a_guest_needs_no_login_but_a_ticket(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        guest = here.browser()
        place = f"/api/v1/live/guest/{TICKET}"
        met = await guest.post(place, content=OFFER, headers=SDP)
        assert (met.status_code, met.text) == (201, ANSWER)
        assert met.headers["content-type"] == "application/sdp"
        assert met.headers["location"] == place
        assert (await guest.delete(met.headers["location"])).is_success
        refused = await guest.post("/api/v1/live/guest/else", content=OFFER, headers=SDP)
        assert (refused.status_code, refused.json()["code"]) == (409, "no-ticket")
        assert here.room.asked == [("guest", TICKET, OFFER), ("guest gone", TICKET)]


async def test_a_guest_sees_whether_everybody_listens_and_raises_a_hand(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        place = f"/api/v1/live/guest/{TICKET}"
        seen = (await here.browser().get(place)).json()
        standing = {"title": "数学", "stage": "open", "floor": False, "hand": True}
        assert seen == {**standing, "ice_servers": []}
        assert (await here.browser().post(f"{place}/hand", json={"up": False})).is_success
        assert (await here.browser().get("/api/v1/live/guest/else")).status_code == 409
        assert here.room.asked == [("hand", TICKET, False)]


async def test_what_is_no_offer_reaches_nobody(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        for content in (b"", b"hello", b"v=0\xff", b"v=0" + b"x" * SDP_MAX):
            place = f"/api/v1/live/guest/{TICKET}"
            answer = await here.browser().post(place, content=content, headers=SDP)
            assert answer.status_code == 422
        assert here.room.asked == []


async def test_a_screen_is_a_panel_of_the_room_and_nobody_else(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        shown = await here.client.post("/api/v1/live/screen", content=OFFER, headers=SDP)
        assert (shown.status_code, shown.text) == (201, ANSWER)
        assert (await here.client.delete(shown.headers["location"])).is_success
        assert here.room.asked == [("screen", OFFER, ""), ("screen gone", "screen-1")]


async def test_a_teacher_invites_a_guest_and_undoes_what_the_floor_shows(tmp_path: Path) -> None:
    async with website(tmp_path) as here:
        invited = await here.client.post("/api/v1/live/guests", json={"name": " Li "})
        assert invited.json()["path"] == f"/guest/{invited.json()['ticket']}"
        assert (await here.client.post("/api/v1/live/layout/undo")).is_success
        (_, _, request), undone = here.room.asked
        assert request == local.InviteGuest(name="Li")
        assert undone[0] == "undo layout"


@pytest.mark.parametrize(
    ("turn", "address"),
    [
        ({"host": "turn.example"}, "turn:turn.example:3478?transport=udp"),
        ({"host": "fd00::1", "transport": "tcp"}, "turn:[fd00::1]:3478?transport=tcp"),
        ({"host": "10.0.0.9", "port": 443, "tls": True}, "turns:10.0.0.9:443?transport=tcp"),
    ],
)
def test_a_guest_is_told_the_hubs_turn_server_as_browsers_take_it(
    turn: dict[str, object], address: str
) -> None:
    server = IceServer.of(TurnConfig.model_validate({**turn, "user": "class", "password": "word"}))
    told = {"urls": address, "username": "class", "credential": "word"}
    assert server.model_dump() == told
