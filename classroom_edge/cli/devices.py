"""What works devices, and helps whoever connects them."""

# ruff: noqa: FBT002, PLC0415, PLR0917 - typer reads signatures; commands are imported when used

from pathlib import Path
from typing import Annotated

import typer

from classroom_edge.cli.root import AsJson, RoomFile, app, finish

DriverOrRoom = Annotated[str, typer.Argument(metavar="DRIVER|ROOM.toml", help="argument.target")]
Wait = Annotated[float, typer.Option("--wait", help="option.wait", metavar="SECONDS", min=0.1)]
UrlOrId = Annotated[str, typer.Argument(metavar="URL|ID", help="argument.url-or-id")]
PasswordEnv = Annotated[
    str, typer.Option("--password-env", help="option.password-env", metavar="NAME")
]
AskPassword = Annotated[bool, typer.Option("--ask-password", help="option.ask-password")]
DriverOption = Annotated[
    list[str] | None,
    typer.Option("--option", help="option.option", metavar="NAME=VALUE", show_default=False),
]
Out = Annotated[
    Path | None, typer.Option(help="option.out-transcript", metavar="FILE|DIR", show_default=False)
]
Hide = Annotated[
    list[str] | None, typer.Option(help="option.hide", metavar="TEXT", show_default=False)
]
drivers = typer.Typer(help="drivers.help", no_args_is_help=True)
app.add_typer(drivers, name="drivers")


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

    finish(context, lambda: command.devices(room, as_json=as_json, csv=csv, language=context.obj))


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

    finish(
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

    finish(
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

    finish(
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

    finish(
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

    finish(
        context,
        lambda: command.routine(room, name, dry_run=dry_run, as_json=as_json, language=context.obj),
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
    finish(
        context,
        lambda: command.emulate(
            driver, listen, password, model, faults, sheet=sheet, language=language
        ),
    )


@drivers.command("list", help="drivers.list.help")
def drivers_list(
    context: typer.Context,
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="option.markdown")] = False,
) -> None:
    """List every driver."""
    from classroom_edge.commands import drivers as command

    finish(
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

    finish(
        context,
        lambda: command.check_(tuple(names or ()), as_json=as_json, language=context.obj),
    )
