"""``/api/v1/devices/assets``: who the devices are and how they feel, for the asset records."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from classroom_edge.assets import Asset, table
from classroom_edge.room import RoomState
from classroom_edge.web.access import Action, May
from classroom_edge.web.commands import ANSWERS
from classroom_edge.web.site import Site, site_of

router = APIRouter(
    prefix="/api/v1/devices",
    responses=ANSWERS,
    dependencies=[Depends(May(Action.SEE))],
    tags=["devices"],
)

Here = Annotated[Site, Depends(site_of)]


@router.get("/assets.json")
async def assets_json(site: Here) -> list[Asset]:
    """Maker, model, serial number, firmware, hours and health of every device."""
    return _assets(site.room.state())


@router.get(
    "/assets.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "UTF-8 with a byte order mark"}},
)
async def assets_csv(site: Here) -> Response:
    """The same as a table for Excel, its head in the room's language."""
    state = site.room.state()
    named = {"Content-Disposition": f'attachment; filename="{state.id}-devices.csv"'}
    said = table(_assets(state), state.language)
    return Response(said.encode(), media_type="text/csv; charset=utf-8", headers=named)


def _assets(state: RoomState) -> list[Asset]:
    return [
        Asset.of(
            room=state.id,
            room_name=state.name,
            id=device.id,
            name=device.name,
            driver=device.driver,
            availability=device.availability,
            values={name: (one.value, one.at) for name, one in device.values.items()},
        )
        for device in state.devices
    ]
