"""What people type to enrol a site: a code and an address; and where keys are kept."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_edge.sessions.link import address, codes, keys

KEY = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"


@given(st.integers(0, 2**40 - 1))
def test_a_code_is_read_as_it_was_made(bits: int) -> None:
    code = codes.make(KEY, bits)
    assert codes.parse(str(code)) == code
    assert code.fits(KEY)


def test_a_slip_of_the_pen_is_found_and_nearly_never_missed() -> None:
    plain = str(codes.make(KEY, 123_456_789)).replace("-", "")
    slips = [
        plain[:at] + letter + plain[at + 1 :]
        for at in range(len(plain))
        for letter in codes.ALPHABET
        if letter != plain[at]
    ]
    assert sum(is_read(slip) for slip in slips) <= len(slips) / 32 * 1.5


def is_read(text: str) -> bool:
    try:
        codes.parse(text)
    except codes.CodeError:
        return False
    return True


def test_a_code_is_read_however_it_is_written() -> None:
    text = str(codes.make(KEY, 2**39 + 1))
    assert len(text) == 29
    for written in (text.lower(), text.replace("-", " "), text.replace("0", "O").replace("1", "l")):
        assert str(codes.parse(written)) == text


@pytest.mark.parametrize("text", ["", "ABCD", "U" * 24, "é" * 24, "0" * 25])
def test_what_is_no_code_is_said_to_be_none(text: str) -> None:
    with pytest.raises(codes.CodeError):
        codes.parse(text)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("hub.school.cn", "hub.school.cn", 7700),
        ("192.0.2.7:7800", "192.0.2.7", 7800),
        ("[2001:DB8::7]:7800", "2001:db8::7", 7800),
        ("2001:db8::7", "2001:db8::7", 7700),
        ("[::1]", "::1", 7700),
    ],
)
def test_addresses_are_names_or_numbers_of_both_kinds(text: str, host: str, port: int) -> None:
    found = address.parse(text)
    assert (found.host, found.port) == (host, port)
    assert address.parse(str(found)) == found


@pytest.mark.parametrize(
    "text", ["", ":7700", "hub:", "hub:0", "hub:65535", "a b", "tcp://hub:1", "[x]:1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(address.AddressError):
        address.parse(text)


def test_a_secret_key_is_made_once_hidden_and_refused_when_others_can_read_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "link" / keys.HUB_KEY
    made = keys.load_or_make(path)
    assert keys.load_or_make(path) == made
    assert made.secret not in repr(made)
    path.chmod(0o644)
    with pytest.raises(keys.KeyFileError, match="others may read it"):
        keys.load_or_make(path)
    path.chmod(0o600)
    path.write_text("damaged")
    with pytest.raises(keys.KeyFileError):
        keys.load_or_make(path)
