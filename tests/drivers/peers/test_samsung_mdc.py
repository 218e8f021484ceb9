"""Our emulated Samsung display, worked by python-samsung-mdc in clear and over TLS."""

import pytest
from samsung_mdc import MDC
from samsung_mdc.exceptions import MDCTLSAuthFailed, MDCTLSRequired, NAKError

from classroom_drivers.emulators.samsung_mdc import SamsungEmulator
from classroom_drivers.emulators.server import serve
from classroom_drivers.links.address import parse


@pytest.mark.parametrize(("scheme", "pin"), [("tcp", ""), ("tls", "0042")])
async def test_python_samsung_mdc_works_our_display(scheme: str, pin: str) -> None:
    panel = SamsungEmulator(password=pin, warm_up_s=0)
    async with serve(panel, f"{scheme}://127.0.0.1:0") as served:
        port = parse(served.url).port
        async with MDC(f"127.0.0.1:{port}", **({"pin": pin} if pin else {})) as client:
            with pytest.raises(NAKError):
                await client.volume(1)
            await client.power(1, ["ON"])
            await client.input_source(1, ["HDMI2"])
            await client.volume(1, [33])
            await client.mute(1, ["ON"])
            assert (await client.input_source(1))[0].name == "HDMI2"
            assert await client.serial_number(1) == ("0ABCHCMF900001",)
            assert await client.software_version(1) == ("T-KTMLAKUC-1020.5",)
            assert await client.panel_on_time(1) == (panel.ten_minutes,)
            assert (await client.error_status(1))[4] == 41
    assert (panel.on, panel.volume, panel.muted) == (True, 33, True)


async def test_python_samsung_mdc_is_not_let_in_without_the_right_pin() -> None:
    panel = SamsungEmulator(password="4711")
    async with serve(panel, "tls://127.0.0.1:0") as served:
        port = parse(served.url).port
        with pytest.raises(MDCTLSAuthFailed, match="Wrong pin"):
            async with MDC(f"127.0.0.1:{port}", pin="0815"):
                pytest.fail("it was let in")
        async with MDC(f"127.0.0.1:{port}") as client:
            with pytest.raises(MDCTLSRequired):
                await client.power(1)
