"""The way of RTP and RTCP between two peers: ICE finds it, DTLS makes its keys, SRTP closes it.

ICE is aioice's, DTLS is OpenSSL's and SRTP is libsrtp's: what aiortc is made of, without its RTP.
The pipe knows no stream and no codec; what travels is agreed by `description` and `agreement`.
"""
