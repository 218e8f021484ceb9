"""A hub, and a site that measures its line to it, each in a place of its own.

    python line_test.py hub FOLDER HOST     says "ready", then answers
    python line_test.py site FOLDER HOST    tells what `link test` finds, as one line of JSON

The keys of both are in FOLDER.
"""

# ruff: noqa: T201 - it talks to whoever started it

import asyncio
import sys
from pathlib import Path

import msgspec

from classroom_edge.services.surveying import survey
from classroom_edge.sessions.link import keys
from classroom_edge.sessions.link.effects import Site
from classroom_edge.sessions.link.findings import judge
from classroom_edge.sessions.link.hub import EVERYWHERE, Hub, Registry
from classroom_edge.sessions.link.survey_hub import SurveyDesk

PORT, MEDIA_PORT = 7700, 7702


async def be_hub(folder: Path) -> None:
    own = keys.load_or_make(folder / keys.HUB_KEY)
    site = keys.load_or_make(folder / keys.SITE_KEY)

    async def nobody(_secret: str, _key: str) -> tuple[str, str]:
        return "", "wrong-code"

    hub = Hub(
        keys=own,
        host=EVERYWHERE,
        port=PORT,
        registry=Registry(
            site_of={site.public: Site("north", "North")}.get,
            is_open=lambda: False,
            redeem=nobody,
        ),
        survey=SurveyDesk(host=None, port=MEDIA_PORT),
        heard=lambda _what: None,
    )
    print("ready", flush=True)
    await hub.run()


async def be_site(folder: Path, host: str) -> None:
    hub = keys.load_or_make(folder / keys.HUB_KEY)
    where = f"[{host}]:{PORT}" if ":" in host else f"{host}:{PORT}"
    keys.remember_hub(folder, keys.HubRecord(address=where, key=hub.public, site="north"))
    found = await survey(folder)
    told = {"found": found, "verdict": judge(found)}
    print(msgspec.json.encode(told).decode())


if __name__ == "__main__":
    _, role, folder_text, host_text = sys.argv
    asyncio.run(
        be_hub(Path(folder_text)) if role == "hub" else be_site(Path(folder_text), host_text)
    )
