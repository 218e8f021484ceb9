"""What somebody at a hub's own machine asks for: sessions, groups, codes, and how it stands."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from classroom_edge.config.models import HubConfig
from classroom_edge.services.enrolment import Enrolment
from classroom_edge.services.leading import Leading
from classroom_edge.services.live.guests import Ticket
from classroom_edge.sessions import commands as c
from classroom_edge.sessions import local
from classroom_edge.sessions.attendance import count
from classroom_edge.sessions.forms import Role
from classroom_edge.sessions.groups import Group, invitations, meetings
from classroom_edge.sessions.link.address import Address
from classroom_edge.sessions.link.effects import Site
from classroom_edge.sessions.missing import Missing
from classroom_edge.sessions.refusals import Reason
from classroom_edge.sessions.state import NS
from classroom_edge.store import Store, sessions


@dataclass(kw_only=True)
class HubDoor:
    """Answers in the name of the hub."""

    config: HubConfig
    room: str
    hub_key: str
    guest_key: bytes
    store: Store
    enrolment: Enrolment
    leading: Leading
    missing: Callable[[], tuple[Missing, ...]]

    async def answer(self, request: local.AnyRequest) -> local.Reply:
        """Do what is asked for. Raises StoreError."""
        match request:
            case local.Begin():
                reply = await self._begin(request)
            case local.Do(session=id_, command=command):
                reason = await self.leading.asked(id_ or self.leading.only, command)
                reply = local.Reply(reason=reason)
            case local.NewCode(site=site, name=name):
                reply = await self._new_code(Site(site, name))
            case local.InviteGuest():
                reply = await self._invite_guest(request)
            case local.StrikeOff(site=site):
                reply = await self._strike_off(site)
            case local.KeepGroup():
                reply = await self._keep_group(request)
            case _:
                reply = await self._told(request)
        return reply

    async def _told(self, request: local.AnyRequest) -> local.Reply:
        """Tell what is asked, and change nothing."""
        match request:
            case local.Met(days=days):
                return await self._met(timedelta(days=days))
            case local.Groups():
                groups = await self.store.run(sessions.groups)
                return local.Reply(groups=groups, sites=self.enrolment.names)
            case local.Counts(session=id_):
                return await self._counts(id_)
            case local.Held(days=days):
                since = datetime.now(UTC) - timedelta(days=days)
                past = await self.store.run(partial(sessions.past, since=since))
                return local.Reply(past=past)
            case _:
                view = self.leading.view
                return local.Reply(
                    role="hub",
                    linked=view.linked,
                    sessions=view.sessions,
                    missing=self.missing(),
                )

    async def _begin(self, request: local.Begin) -> local.Reply:
        names = self.enrolment.names
        groups = {group.id: group for group in await self.store.run(sessions.groups)}
        if request.group and request.group not in groups:
            return local.Reply(reason="no-group")
        if not set(request.sites) <= names.keys():
            return local.Reply(reason=Reason.NO_SUCH_MEMBER)
        invited = invitations(groups[request.group], names) if request.group else ()
        invited += tuple(c.Invite(member=site, name=names[site]) for site in request.sites)
        id_ = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        form = (request.kind, request.style)
        now_ns = self.leading.plan(id_, request.title, form, group=request.group)
        start = c.Start(at_ns=now_ns + round(request.in_s * NS) if request.in_s else 0)
        commands: tuple[c.AnyCommand, ...] = (*invited, start)
        for command in commands:
            if reason := await self.leading.asked(id_, command):
                await self.leading.asked(id_, c.End())
                return local.Reply(reason=reason)
        return local.Reply(session=id_)

    async def _new_code(self, site: Site) -> local.Reply:
        if site.id == self.room:
            return local.Reply(reason=Reason.ONE_HUB)
        code = await self.enrolment.new_code(site, self.hub_key)
        address = Address(self.config.address, self.config.port) if self.config.address else ""
        return local.Reply(code=str(code), address=str(address))

    async def _invite_guest(self, request: local.InviteGuest) -> local.Reply:
        session, guest = request.session or self.leading.only, f"guest-{secrets.token_hex(3)}"
        invite = c.Invite(member=guest, name=request.name, role=Role.GUEST)
        if reason := await self.leading.asked(session, invite):
            return local.Reply(reason=reason)
        until = datetime.now(UTC) + timedelta(minutes=request.minutes)
        ticket = Ticket(session, guest).signed(self.guest_key, until.timestamp())
        return local.Reply(session=session, ticket=ticket)

    async def _strike_off(self, site: str) -> local.Reply:
        if site not in self.enrolment.names:
            return local.Reply(reason=Reason.NO_SUCH_MEMBER)
        await self.enrolment.strike_off(site)
        return local.Reply()

    async def _keep_group(self, request: local.KeepGroup) -> local.Reply:
        if not set(request.sites) <= self.enrolment.names.keys():
            return local.Reply(reason=Reason.NO_SUCH_MEMBER)
        group = Group(
            id=request.group,
            title=request.title,
            kind=request.kind,
            style=request.style,
            sites=tuple(dict.fromkeys(request.sites)),
        )
        await self.store.run(partial(sessions.keep_group, group=group))
        return local.Reply()

    async def _counts(self, session: str) -> local.Reply:
        story = await self.store.run(partial(sessions.story, session=session))
        if not story:
            return local.Reply(reason=Reason.NO_SESSION)
        return local.Reply(counts=count(story, max(self.leading.now_ns, story[-1].at_ns)))

    async def _met(self, span: timedelta) -> local.Reply:
        now = datetime.now(UTC)
        held = await self.store.run(partial(sessions.held, since=now - span, until=now))
        names = self.enrolment.names
        counted = meetings(held)
        pairs = (
            local.Pair(site=site, name=names.get(site, site), sessions=counted[hub, site])
            for hub, site in sorted(counted)
            if hub == self.room
        )
        return local.Reply(pairs=tuple(pairs), held=len(held))
