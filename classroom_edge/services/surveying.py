"""The line of this room to its hub, measured on request: for the command line and for a button."""

import asyncio
from pathlib import Path

from classroom_edge.sessions.link import address
from classroom_edge.sessions.link.desk import key_at
from classroom_edge.sessions.link.findings import Findings
from classroom_edge.sessions.link.keys import SITE_KEY, hub_of, load_or_make
from classroom_edge.sessions.link.survey_site import measure

NOT_SITE = "not-site"


async def survey(folder: Path, hub: str = "") -> Findings:
    """Measure the line to the hub at which the room of that folder is enrolled, or to `hub`.

    A hub that does not know this room answers only while a code is open there; nothing that is
    secret is said to it.

    Raises:
        AddressError: that is no address.
        KeyFileError: the room's keys cannot be read or made.
    """
    known = await asyncio.to_thread(hub_of, folder)
    where = hub or (known.address if known else "")
    if not where:
        return Findings(hub="", reason=NOT_SITE)
    place = address.parse(where)
    keys = await asyncio.to_thread(load_or_make, folder / SITE_KEY)
    try:
        is_known = known is not None and str(address.parse(known.address)) == str(place)
        hub_key = known.key if known and is_known else await key_at(place)
    except TimeoutError:
        return Findings(hub=str(place), reason="nobody")
    except OSError as error:
        reason = "silent" if isinstance(error.__cause__, EOFError) else "nobody"
        return Findings(hub=str(place), reason=reason)
    return await measure(place, hub_key, keys)
