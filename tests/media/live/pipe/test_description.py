"""Descriptions of others: as other browsers spell them, and junk."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_media.live.pipe import agreement
from classroom_media.live.pipe.description import Description, write
from classroom_media.live.pipe.reading import read

SSRCS = agreement.Ssrcs(1, 2, 3, 4, 5)
# All in one place for all media, other numbers, H.264 after others, streams of data too.
ELSEWHERE = """v=0
o=mozilla...THIS_IS_SDPARTA-99.0 5566 0 IN IP4 0.0.0.0
s=-
t=0 0
a=fingerprint:SHA-256 ab:cd
a=ice-ufrag:1a2b3c4d
a=ice-pwd:0123456789abcdef0123456789abcdef
a=setup:actpass
a=group:BUNDLE sparta_0 sparta_1 sparta_2
m=video 9 UDP/TLS/RTP/SAVPF 120 124 126 127 97 98
c=IN IP4 0.0.0.0
a=sendrecv
a=mid:sparta_0
a=extmap:5/sendonly http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=rtpmap:120 VP8/90000
a=rtpmap:124 rtx/90000
a=fmtp:124 apt=120
a=rtpmap:126 H264/90000
a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1
a=rtpmap:127 rtx/90000
a=fmtp:127 apt=126
a=rtpmap:97 H264/90000
a=fmtp:97 profile-level-id=42e01f;level-asymmetry-allowed=1
a=rtpmap:98 rtx/90000
a=fmtp:98 apt=97
a=rtcp-fb:* nack pli
a=ssrc:77 cname:{one}
a=ssrc:78 cname:{one}
a=ssrc-group:FID 77 78
m=audio 9 UDP/TLS/RTP/SAVPF 0 109
a=mid:sparta_1
a=sendonly
a=rtpmap:0 PCMU/8000
a=rtpmap:109 opus/48000/2
a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
a=ssrc:79 cname:{one}
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
a=mid:sparta_2
a=sctp-port:5000
"""


def test_the_numbers_of_who_offers_hold_and_what_is_unknown_is_refused() -> None:
    theirs = read(ELSEWHERE)
    assert theirs.way.fingerprint == "AB:CD"
    assert theirs.way.digest == "sha-256"
    ours = agreement.answered(theirs.media, SSRCS, send=True, receive=True)
    assert [(each.kind, each.refused, each.direction) for each in ours] == [
        ("video", False, "sendrecv"),
        ("audio", False, "recvonly"),
        ("application", True, "sendrecv"),
    ]
    sends = agreement.outgoing(ours, theirs.media, SSRCS)
    assert (sends.has_picture, sends.has_sound) == (True, False)
    picture = sends.picture
    assert (picture.payload_type, picture.again, picture.sent_id) == (126, 127, 5)
    assert (picture.ssrc, picture.again_ssrc) == (3, 4)
    receives = agreement.incoming(ours, theirs.media)
    assert (receives.picture.ssrc, receives.picture.again_ssrc) == (77, 78)
    assert (receives.sound.ssrc, receives.sound.payload_type, receives.sound.again) == (
        79,
        109,
        None,
    )
    assert receives.red_type is None


def test_an_answer_keeps_the_order_and_the_names_of_the_offer() -> None:
    theirs = read(ELSEWHERE)
    ours = agreement.answered(theirs.media, SSRCS, send=True, receive=True)
    way = replace(theirs.way, setup="active")
    back = read(write(Description(way, ours), 1))
    assert [each.mid for each in back.media] == ["sparta_0", "sparta_1", "sparta_2"]
    assert [each.payload_type for each in back.media[0].codecs] == [126, 127]
    assert back.media[2].refused
    assert "m=application 0 UDP/DTLS/SCTP webrtc-datachannel" in write(Description(way, ours), 1)
    assert "BUNDLE sparta_0 sparta_1\r\n" in write(Description(way, ours), 1)


@pytest.mark.parametrize(("send", "receive"), [(True, False), (False, True)])
def test_who_only_sends_or_only_receives_says_so(send: bool, receive: bool) -> None:
    offer = agreement.offered(SSRCS, send=send, receive=receive)
    answer = agreement.answered(offer, agreement.Ssrcs(6, 7, 8, 9, 10), send=True, receive=True)
    assert agreement.outgoing(offer, answer, SSRCS).has_picture is send
    assert agreement.incoming(offer, answer).has_picture is receive
    assert {each.direction for each in answer} == {"recvonly" if send else "sendonly"}


@given(st.lists(st.integers(0, len(ELSEWHERE)), min_size=2, max_size=8), st.text(max_size=40))
def test_what_is_broken_is_refused_or_understood_and_nothing_else(
    cuts: list[int], junk: str
) -> None:
    first, *others = sorted(cuts)
    broken = ELSEWHERE[:first] + junk + "".join(ELSEWHERE[cut : cut + 60] for cut in others)
    try:
        theirs = read(broken)
    except ValueError:
        return
    ours = agreement.answered(theirs.media, SSRCS, send=True, receive=True)
    agreement.outgoing(ours, theirs.media, SSRCS)
    agreement.incoming(ours, theirs.media)
    write(Description(theirs.way, ours), 1)
