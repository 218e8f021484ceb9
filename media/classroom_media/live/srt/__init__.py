"""SRT: a transport that repairs bad long lines, by libsrt."""
