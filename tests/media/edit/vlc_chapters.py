"""Opens a film in VLC and tells which chapters it finds, and how long the film is.

``python -m tests.media.edit.vlc_chapters FILE``; a process of its own, because `import vlc` may end
the one it is used in.

Source: https://videolan.videolan.me/vlc/group__libvlc__media__player.html, chapters.
"""

import json
import sys
import time

import vlc

OPTIONS = ("--quiet", "--no-audio", "--vout=dummy", "--avcodec-hw=none")
LONGEST_S = 20


def main() -> None:
    player = vlc.Instance(*OPTIONS).media_player_new(sys.argv[1])
    player.play()
    end_s = time.monotonic() + LONGEST_S
    while player.get_chapter_count() < 1 or player.get_length() <= 0:
        if time.monotonic() > end_s:
            raise SystemExit("VLC finds no chapters")
        time.sleep(0.02)
    found = player.get_full_chapter_descriptions(-1)
    told = [(one.time_offset / 1000, one.name.decode()) for one in found]
    sys.stdout.write(json.dumps({"length_s": player.get_length() / 1000, "chapters": told}))
    player.stop()


if __name__ == "__main__":
    main()
