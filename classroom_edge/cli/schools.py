"""What joins rooms of several schools."""

# ruff: noqa: FBT002, PLC0415, PLR0917 - typer reads signatures; commands are imported when used

from pathlib import Path
from typing import Annotated

import typer

from classroom_edge.cli.root import AsJson, Data, RoomFile, app, finish
from classroom_edge.sessions.forms import Kind, Style

SessionId = Annotated[str, typer.Argument(metavar="[SESSION]", help="argument.session")]
SessionKind = Annotated[Kind, typer.Option(help="option.kind-of-session")]
SessionStyle = Annotated[Style | None, typer.Option(help="option.style", show_default=False)]
SessionSites = Annotated[
    list[str] | None, typer.Option("--site", help="option.site", show_default=False)
]
session = typer.Typer(help="session.help", no_args_is_help=True)
app.add_typer(session, name="session")
link = typer.Typer(help="link.help", no_args_is_help=True)
app.add_typer(link, name="link")


@session.command("start", help="session.start.help")
def session_start(
    context: typer.Context,
    room: RoomFile,
    title: Annotated[str, typer.Option(help="option.title", show_default=False)],
    kind: SessionKind = Kind.DELIVERY,
    style: SessionStyle = None,
    sites: SessionSites = None,
    group: Annotated[str, typer.Option(help="option.group", show_default=False)] = "",
    in_s: Annotated[float, typer.Option("--in", help="option.in", metavar="SECONDS", min=0)] = 0,
    data: Data = None,
) -> None:
    """Start a session."""
    from classroom_edge.commands import session as command

    finish(
        context,
        lambda: command.start(
            room,
            data,
            title=title,
            kind=kind,
            style=style,
            sites=tuple(sites or ()),
            group=group,
            in_s=in_s,
            language=context.obj,
        ),
    )


@session.command("join", help="session.join.help")
def session_join(
    context: typer.Context, room: RoomFile, id_: SessionId = "", data: Data = None
) -> None:
    """Join a session."""
    _do_in_session(context, room, data, "join", id_)


@session.command("leave", help="session.leave.help")
def session_leave(
    context: typer.Context, room: RoomFile, id_: SessionId = "", data: Data = None
) -> None:
    """Leave a session."""
    _do_in_session(context, room, data, "leave", id_)


@session.command("end", help="session.end.help")
def session_end(
    context: typer.Context, room: RoomFile, id_: SessionId = "", data: Data = None
) -> None:
    """End a session."""
    _do_in_session(context, room, data, "end", id_)


def _do_in_session(
    context: typer.Context, room: Path, data: Path | None, word: str, id_: str
) -> None:
    from classroom_edge.commands import session as command

    finish(context, lambda: command.do(room, data, word, id_, language=context.obj))


@session.command("group", help="session.group.help")
def session_group(
    context: typer.Context,
    room: RoomFile,
    group: Annotated[str, typer.Argument(metavar="GROUP", help="argument.group")],
    title: Annotated[str, typer.Option(help="option.title", show_default=False)] = "",
    kind: SessionKind = Kind.DELIVERY,
    style: SessionStyle = None,
    sites: SessionSites = None,
    data: Data = None,
) -> None:
    """Keep a standing group."""
    from classroom_edge.commands import session as command

    finish(
        context,
        lambda: command.keep_group(
            room,
            data,
            group=group,
            title=title,
            kind=kind,
            style=style,
            sites=tuple(sites or ()),
            language=context.obj,
        ),
    )


@session.command("guest", help="session.guest.help")
def session_guest(
    context: typer.Context,
    room: RoomFile,
    id_: SessionId = "",
    name: Annotated[str, typer.Option(help="option.guest-name", show_default=False)] = "",
    minutes: Annotated[int, typer.Option(help="option.guest-minutes", min=1, max=24 * 60)] = 120,
    data: Data = None,
) -> None:
    """Invite a guest."""
    from classroom_edge.commands import session as command

    finish(
        context,
        lambda: command.guest(room, data, id_, name=name, minutes=minutes, language=context.obj),
    )


@session.command("missing", help="session.missing.help")
def session_missing(
    context: typer.Context,
    room: RoomFile,
    id_: SessionId = "",
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Tell what is still to come."""
    from classroom_edge.commands.missing import missing

    finish(context, lambda: missing(room, data, id_, as_json=as_json, language=context.obj))


@session.command("met", help="session.met.help")
def session_met(
    context: typer.Context,
    room: RoomFile,
    days: Annotated[int, typer.Option(help="option.days", min=1, max=3660)] = 30,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Tell how often schools met."""
    from classroom_edge.commands import session as command

    finish(context, lambda: command.met(room, data, days, as_json=as_json, language=context.obj))


@session.command("status", help="session.status.help")
def session_status(
    context: typer.Context, room: RoomFile, data: Data = None, as_json: AsJson = False
) -> None:
    """Tell how sessions stand."""
    from classroom_edge.commands import session as command

    finish(context, lambda: command.status(room, data, as_json=as_json, language=context.obj))


@link.command("enrol", help="link.enrol.help")
def link_enrol(
    context: typer.Context,
    room: RoomFile,
    hub: Annotated[str, typer.Argument(metavar="[HUB]", help="argument.hub")] = "",
    code: Annotated[str, typer.Argument(metavar="[CODE]", help="argument.code")] = "",
    site: Annotated[str, typer.Option(help="option.new-site", show_default=False)] = "",
    name: Annotated[str, typer.Option(help="option.site-name", show_default=False)] = "",
    data: Data = None,
) -> None:
    """Make a code, or use it."""
    from classroom_edge.commands import link as command

    finish(
        context,
        lambda: command.enrol(
            room, data, hub=hub, code=code, site=site, name=name, language=context.obj
        ),
    )


@link.command("strike-off", help="link.strike-off.help")
def link_strike_off(
    context: typer.Context,
    room: RoomFile,
    site: Annotated[str, typer.Argument(metavar="SITE", help="argument.site")],
    data: Data = None,
) -> None:
    """Let a site link no more."""
    from classroom_edge.commands import link as command

    finish(context, lambda: command.strike_off(room, data, site, language=context.obj))


@link.command("test", help="link.test.help")
def link_test(
    context: typer.Context,
    room: RoomFile,
    hub: Annotated[str, typer.Option(help="option.hub-address", show_default=False)] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Measure the line to the hub."""
    from classroom_edge.commands import link_test as command

    finish(
        context,
        lambda: command.test(room, data, hub=hub, as_json=as_json, language=context.obj),
    )
