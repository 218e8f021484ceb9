"""``classroom-edge``: every command, its arguments, and its exit status.

0 = good, 1 = the job failed, 2 = wrong use or configuration. The body of a command lives in
`classroom_edge.commands` and is imported when the command is used, so that help comes at once.
Help texts stand here as keys of the catalogue "cli"; `main` puts the language's words in.
"""

# ruff: noqa: FBT002, PLC0415, PLR0917 - typer reads signatures; commands are imported when used

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from classroom_edge.profiles import Profile
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.words import words

WRONG_USE = 2
LANGUAGES_ASKED = ("zh-CN", "zh", "en")
HELP_NAMES = ["--help", "-h"]

RoomFile = Annotated[
    Path, typer.Argument(metavar="ROOM.toml", help="argument.room", show_default=False)
]
Data = Annotated[Path | None, typer.Option(help="option.data", metavar="DIR", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="option.json")]
DriverOrRoom = Annotated[str, typer.Argument(metavar="DRIVER|ROOM.toml", help="argument.target")]
UrlOrId = Annotated[str, typer.Argument(metavar="URL|ID", help="argument.url-or-id")]
PasswordEnv = Annotated[
    str, typer.Option("--password-env", help="option.password-env", metavar="NAME")
]
AskPassword = Annotated[bool, typer.Option("--ask-password", help="option.ask-password")]
DriverOption = Annotated[
    list[str] | None,
    typer.Option("--option", help="option.option", metavar="NAME=VALUE", show_default=False),
]
SessionId = Annotated[str, typer.Argument(metavar="[SESSION]", help="argument.session")]
SessionKind = Annotated[Kind, typer.Option(help="option.kind-of-session")]
SessionStyle = Annotated[Style | None, typer.Option(help="option.style", show_default=False)]
SessionSites = Annotated[
    list[str] | None, typer.Option("--site", help="option.site", show_default=False)
]
Wait = Annotated[float, typer.Option("--wait", help="option.wait", metavar="SECONDS", min=0.1)]
Out = Annotated[
    Path | None, typer.Option(help="option.out-transcript", metavar="FILE|DIR", show_default=False)
]
Hide = Annotated[
    list[str] | None, typer.Option(help="option.hide", metavar="TEXT", show_default=False)
]
SchoolFile = Annotated[
    Path, typer.Argument(metavar="SCHOOL.toml", help="argument.school", show_default=False)
]
PlanFrom = Annotated[
    datetime | None,
    typer.Option("--from", help="option.plan-from", formats=["%Y-%m-%d"], show_default=False),
]
PlanTo = Annotated[
    datetime | None,
    typer.Option("--to", help="option.plan-to", formats=["%Y-%m-%d"], show_default=False),
]


class Form(Enum):
    """What a timetable is exported as."""

    ICS = "ics"
    CSV = "csv"


class Whose(Enum):
    """Whose timetable is exported."""

    ROOM = "room"
    GROUP = "class"
    TEACHER = "teacher"


app = typer.Typer(
    help="app.help",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": HELP_NAMES},
)
user = typer.Typer(help="user.help", no_args_is_help=True)
app.add_typer(user, name="user")
timetable = typer.Typer(help="timetable.help", no_args_is_help=True)
app.add_typer(timetable, name="timetable")
drivers = typer.Typer(help="drivers.help", no_args_is_help=True)
app.add_typer(drivers, name="drivers")
session = typer.Typer(help="session.help", no_args_is_help=True)
app.add_typer(session, name="session")
link = typer.Typer(help="link.help", no_args_is_help=True)
app.add_typer(link, name="link")


def main() -> NoReturn:
    """Run the command line of this process."""
    language, arguments = language_of(sys.argv[1:], os.environ)
    os.environ["CLASSROOM_EDGE_LANG"] = language  # for what this process becomes, or starts
    sys.exit(run(arguments, language))


def run(arguments: Sequence[str], language: str) -> int:
    """Run one command; give its exit status."""
    command = typer.main.get_command(app)
    _translate(command, language)
    try:
        command.main(args=list(arguments), prog_name="classroom-edge", obj=language)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def language_of(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[str, list[str]]:
    """Tell the language to speak, from ``--lang`` or the environment, and what else was said."""
    rest = list(arguments)
    asked = next((environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(n)), "")
    end = rest.index("--") if "--" in rest else len(rest)
    for at, word in enumerate(rest[:end]):
        name, _, value = word.partition("=")
        size = 1 if value else 2
        value = value or "".join(rest[at + 1 : end][:1])
        if name == "--lang" and value in LANGUAGES_ASKED:
            asked, rest[at : at + size] = value, []
            break
    return ("zh-CN" if asked.lower().startswith("zh") else "en"), rest


def _translate(command: Any, language: str) -> None:  # noqa: ANN401 - click's or typer's own
    say = words("cli").say
    command.help = say(command.help, language)
    command.rich_help_panel = say("panel.commands", language)
    help_option = command.get_help_option(typer.Context(command, help_option_names=HELP_NAMES))
    help_option.help = "option.help"
    for parameter in (*command.params, help_option):
        kind = "arguments" if parameter.param_type_name == "argument" else "options"
        parameter.help = say(parameter.help, language)
        parameter.rich_help_panel = say(f"panel.{kind}", language)
    for child in getattr(command, "commands", {}).values():
        _translate(child, language)


def _finish(context: typer.Context, body: Callable[[], int]) -> NoReturn:
    """End the process with the body's exit status; a wrong room.toml is told and gives 2."""
    from classroom_edge.config import ConfigError

    try:
        status = body()
    except ConfigError as error:
        from classroom_edge.commands.check import tell

        tell(error.file, error.mistakes, language=context.obj)
        status = WRONG_USE
    raise typer.Exit(status)


@app.callback(invoke_without_command=True)
def common(
    version: Annotated[bool, typer.Option("--version", help="option.version")] = False,
    lang: Annotated[str, typer.Option(help="option.lang", show_default=False)] = "",
) -> None:
    """Take what may stand before a command; a ``--lang`` that arrives here is no language."""
    if lang:
        raise typer.BadParameter(", ".join(LANGUAGES_ASKED), param_hint="--lang")
    if version:
        typer.echo(metadata.version("classroom-edge"))
        raise typer.Exit


@app.command(help="demo.help")
def demo(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="option.port", min=1, max=65535)] = 8088,
    profile: Annotated[Profile, typer.Option(help="option.profile")] = Profile.STUDIO,
    data: Data = None,
) -> None:
    """Start the demo in a simulated room."""
    from classroom_edge.commands import demo as command

    _finish(context, lambda: command.demo(port, data, profile))


@app.command("run", help="run.help")
def run_(context: typer.Context, room: RoomFile, data: Data = None) -> None:
    """Run a room."""
    from classroom_edge.commands import run as command

    _finish(context, lambda: command.run(room, data))


@app.command(help="check.help")
def check(
    context: typer.Context,
    room: RoomFile,
    probe: Annotated[bool, typer.Option("--probe", help="option.probe")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a room.toml."""
    from classroom_edge.commands import check as command

    _finish(
        context, lambda: command.check(room, probe=probe, as_json=as_json, language=context.obj)
    )


@app.command(help="devices.help")
def devices(
    context: typer.Context,
    room: RoomFile,
    as_json: AsJson = False,
    csv: Annotated[
        str, typer.Option("--csv", help="option.csv", metavar="FILE|-", show_default=False)
    ] = "",
) -> None:
    """Connect to every device."""
    from classroom_edge.commands import devices as command

    _finish(context, lambda: command.devices(room, as_json=as_json, csv=csv, language=context.obj))


@app.command(help="device.help")
def device(
    context: typer.Context,
    first: DriverOrRoom,
    second: UrlOrId,
    rest: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CAPABILITY ACTION [NAME=VALUE ...]]",
            help="argument.action",
            show_default=False,
        ),
    ] = None,
    password_env: PasswordEnv = "",
    ask_password: AskPassword = False,
    option: DriverOption = None,
    wait: Wait = 8,
    stay: Annotated[
        float, typer.Option("--stay", help="option.stay", metavar="SECONDS", min=0)
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Work one device by hand."""
    from classroom_edge.commands import device as command
    from classroom_edge.commands.target import Password

    _finish(
        context,
        lambda: command.device(
            first,
            second,
            tuple(rest or ()),
            password=Password(variable=password_env, asked=ask_password),
            options=tuple(option or ()),
            wait_s=wait,
            stay_s=stay,
            as_json=as_json,
            language=context.obj,
        ),
    )


@app.command(help="probe.help")
def probe(
    context: typer.Context,
    first: DriverOrRoom,
    second: UrlOrId,
    seconds: Annotated[
        float, typer.Option("--for", help="option.for-watching", metavar="SECONDS", min=0)
    ] = 10,
    password_env: PasswordEnv = "",
    ask_password: AskPassword = False,
    option: DriverOption = None,
    wait: Wait = 8,
    out: Out = None,
    hide: Hide = None,
    in_use: Annotated[bool, typer.Option("--in-use", help="option.in-use")] = False,
    as_json: AsJson = False,
) -> None:
    """Record what a device answers."""
    from classroom_edge.commands import probe as command
    from classroom_edge.commands.target import Password

    _finish(
        context,
        lambda: command.probe(
            first,
            second,
            password=Password(variable=password_env, asked=ask_password),
            options=tuple(option or ()),
            wait_s=wait,
            seconds=seconds,
            out=out,
            hidden=tuple(hide or ()),
            in_use=in_use,
            as_json=as_json,
            language=context.obj,
        ),
    )


@app.command(help="sniff.help")
def sniff(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="argument.device-url", metavar="URL")],
    listen: Annotated[str, typer.Option(help="option.listen-controller", metavar="URL")],
    driver: Annotated[str, typer.Option(help="option.driver", metavar="DRIVER")] = "unknown",
    seconds: Annotated[
        float, typer.Option("--for", help="option.for-sniffing", metavar="SECONDS", min=0)
    ] = 0,
    out: Out = None,
    hide: Hide = None,
) -> None:
    """Stand between a controller and a device."""
    from classroom_edge.commands import sniff as command

    _finish(
        context,
        lambda: command.sniff(
            listen,
            url,
            driver=driver,
            seconds=seconds,
            out=out,
            hidden=tuple(hide or ()),
            language=context.obj,
        ),
    )


@app.command(help="discover.help")
def discover(
    context: typer.Context,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="option.kind", metavar="KIND", show_default=False),
    ] = None,
    serial: Annotated[
        list[str] | None,
        typer.Option(help="option.serial", metavar="PORT", show_default=False),
    ] = None,
    host: Annotated[
        list[str] | None,
        typer.Option(help="option.host", metavar="HOST", show_default=False),
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="option.seconds", metavar="SECONDS", min=0.1, max=60)
    ] = 4,
    as_json: AsJson = False,
) -> None:
    """Search for devices."""
    from classroom_edge.commands import discover as command

    _finish(
        context,
        lambda: command.search(
            tuple(kind or ()),
            serial_ports=tuple(serial or ()),
            hosts=tuple(host or ()),
            seconds=seconds,
            as_json=as_json,
            language=context.obj,
        ),
    )


@app.command(help="routine.help")
def routine(
    context: typer.Context,
    room: RoomFile,
    name: Annotated[str, typer.Argument(help="argument.routine", metavar="NAME")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="option.dry-run")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the room into a routine's state."""
    from classroom_edge.commands import routine as command

    _finish(
        context,
        lambda: command.routine(room, name, dry_run=dry_run, as_json=as_json, language=context.obj),
    )


@app.command(help="record.help")
def record(
    context: typer.Context,
    room: RoomFile,
    seconds: Annotated[
        float | None,
        typer.Option("--for", help="option.for", metavar="SECONDS", min=0.1, show_default=False),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            "--micro", help="option.micro", metavar="MINUTES", min=0.1, max=60, show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="option.out", metavar="DIR", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Record for some seconds."""
    from classroom_edge.commands import record as command

    if minutes is not None and seconds is None:
        length = command.Length(60 * minutes, micro=True)
    elif seconds is not None and minutes is None:
        length = command.Length(seconds)
    else:
        text = words("cli").say("record.length", context.obj)
        raise typer.BadParameter(text, param_hint="--for")
    _finish(context, lambda: command.record(room, length, out, as_json))


@app.command(help="direct.help")
def direct(
    context: typer.Context,
    recording: Annotated[
        Path, typer.Argument(metavar="RECORDING", help="argument.recording", show_default=False)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="option.dry-direct")] = False,
    role: Annotated[
        list[str] | None,
        typer.Option(help="option.role", metavar="SOURCE=ROLE", show_default=False),
    ] = None,
    board: Annotated[
        list[str] | None,
        typer.Option(help="option.board", metavar="SOURCE=X,Y,WIDTH,HEIGHT", show_default=False),
    ] = None,
    room: Annotated[
        Path | None,
        typer.Option(help="option.room-of-rules", metavar="ROOM.toml", show_default=False),
    ] = None,
    png: Annotated[
        Path | None, typer.Option(help="option.png", metavar="FILE", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Direct a recording by rules."""
    from classroom_edge.commands import direct as command

    _finish(
        context,
        lambda: command.direct(
            recording,
            dry=dry_run,
            roles=tuple(role or ()),
            boards=tuple(board or ()),
            room=room,
            png=png,
            as_json=as_json,
            language=context.obj,
        ),
    )


@app.command(help="report.help")
def report(
    context: typer.Context,
    recording: Annotated[
        str,
        typer.Argument(metavar="RECORDING", help="argument.recording-or-id", show_default=False),
    ],
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option(help="option.out-report", metavar="FOLDER", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what a recording is like."""
    from classroom_edge.commands import report as command

    _finish(
        context,
        lambda: command.report(
            recording, data=data, out=out, as_json=as_json, language=context.obj
        ),
    )


@app.command(help="verify.help")
def verify(
    context: typer.Context,
    recording: Annotated[
        str,
        typer.Argument(metavar="RECORDING", help="argument.recording-or-id", show_default=False),
    ],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Check a recording against its checksums."""
    from classroom_edge.commands import verify as command

    _finish(
        context,
        lambda: command.verify_recording(
            recording, data=data, as_json=as_json, language=context.obj
        ),
    )


@app.command(help="emulate.help")
def emulate(
    context: typer.Context,
    driver: Annotated[str, typer.Argument(help="argument.driver", metavar="DRIVER")],
    listen: Annotated[str, typer.Option(help="option.listen", metavar="URL")],
    password: Annotated[str, typer.Option(help="option.password", show_default=False)] = "",
    model: Annotated[str, typer.Option(help="option.model", show_default=False)] = "",
    fault: Annotated[
        list[str] | None, typer.Option(help="option.fault", show_default=False)
    ] = None,
    sheet: Annotated[
        str, typer.Option(help="option.sheet", metavar="FILE", show_default=False)
    ] = "",
) -> None:
    """Pretend to be a device."""
    from classroom_edge.commands import emulate as command

    faults, language = tuple(fault or ()), context.obj
    _finish(
        context,
        lambda: command.emulate(
            driver, listen, password, model, faults, sheet=sheet, language=language
        ),
    )


@app.command(help="doctor.help")
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Tell what the machine has and lacks."""
    from classroom_edge.commands import doctor as command

    _finish(context, lambda: command.doctor(as_json=as_json, language=context.obj))


@user.command("add", help="user.add.help")
def user_add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="argument.name", metavar="NAME")],
    room: RoomFile,
    data: Data = None,
) -> None:
    """Create an account."""
    from classroom_edge.commands import user as command

    _finish(context, lambda: command.add(room, name, data, language=context.obj))


@drivers.command("list", help="drivers.list.help")
def drivers_list(
    context: typer.Context,
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="option.markdown")] = False,
) -> None:
    """List every driver."""
    from classroom_edge.commands import drivers as command

    _finish(
        context,
        lambda: command.list_(as_json=as_json, as_markdown=markdown, language=context.obj),
    )


@drivers.command("check", help="drivers.check.help")
def drivers_check(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME|SHEET.toml ...]", help="argument.names", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what drivers still lack."""
    from classroom_edge.commands import drivers as command

    _finish(
        context,
        lambda: command.check_(tuple(names or ()), as_json=as_json, language=context.obj),
    )


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

    _finish(
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

    _finish(context, lambda: command.do(room, data, word, id_, language=context.obj))


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

    _finish(
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

    _finish(context, lambda: command.met(room, data, days, as_json=as_json, language=context.obj))


@session.command("status", help="session.status.help")
def session_status(
    context: typer.Context, room: RoomFile, data: Data = None, as_json: AsJson = False
) -> None:
    """Tell how sessions stand."""
    from classroom_edge.commands import session as command

    _finish(context, lambda: command.status(room, data, as_json=as_json, language=context.obj))


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

    _finish(
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

    _finish(context, lambda: command.strike_off(room, data, site, language=context.obj))


@app.command("plan", help="plan.help")
def plan_(
    context: typer.Context,
    room: RoomFile,
    days: Annotated[int, typer.Option(help="option.plan-days", min=1, max=366)] = 14,
    start: PlanFrom = None,
    end: PlanTo = None,
    as_json: AsJson = False,
    png: Annotated[
        Path | None, typer.Option(help="option.week-png", metavar="FILE", show_default=False)
    ] = None,
) -> None:
    """Tell what a room does in the next days."""
    from classroom_edge.commands import plan as command

    _finish(
        context,
        lambda: command.plan_room(
            room,
            days=days,
            start=start.date() if start else None,
            end=end.date() if end else None,
            as_json=as_json,
            png=png,
            language=context.obj,
        ),
    )


@timetable.command("check", help="timetable.check.help")
def timetable_check(context: typer.Context, school: SchoolFile) -> None:
    """Check a school's file."""
    from classroom_edge.commands import timetable as command

    _finish(context, lambda: command.check(school, language=context.obj))


@timetable.command("import", help="timetable.import.help")
def timetable_import(
    context: typer.Context,
    source: Annotated[
        Path,
        typer.Argument(metavar="FILE.ics|.csv|.xlsx|.txt", help="argument.timetable-source"),
    ],
    school: SchoolFile,
    column: Annotated[
        list[str] | None,
        typer.Option(help="option.column", metavar="FIELD=HEADER", show_default=False),
    ] = None,
    sheet: Annotated[str, typer.Option(help="option.workbook-sheet", show_default=False)] = "",
    year: Annotated[int | None, typer.Option(help="option.year", show_default=False)] = None,
    confirmed: Annotated[bool, typer.Option("--confirmed", help="option.confirmed")] = False,
) -> None:
    """Take in a timetable or a notice."""
    from classroom_edge.commands import timetable as command

    columns = {name: header for name, _, header in (one.partition("=") for one in column or ())}
    wanted = command.Source(source, columns, sheet, year)
    _finish(
        context,
        lambda: command.import_(wanted, school, is_confirmed=confirmed, language=context.obj),
    )


@timetable.command("export", help="timetable.export.help")
def timetable_export(
    context: typer.Context,
    school: SchoolFile,
    whose: Annotated[Whose, typer.Argument(help="argument.whose")],
    name: Annotated[str, typer.Argument(help="argument.whose-name", metavar="NAME")],
    form: Annotated[Form, typer.Option(help="option.form")] = Form.ICS,
    start: PlanFrom = None,
    end: PlanTo = None,
) -> None:
    """Give out what a room, class or teacher has."""
    from classroom_edge.commands import timetable as command

    _finish(
        context,
        lambda: command.export(
            school,
            whose.value,
            name,
            start=start.date() if start else None,
            end=end.date() if end else None,
            form=form.value,
            language=context.obj,
        ),
    )
