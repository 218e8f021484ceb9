"""Recording: from coded packets to verified files, whatever happens in between.

While a lesson runs, in each source worker and in the director:

    feed ─► steady ─► ring ─► take ─► part ─► durable     a track's packets become files
                               ├────► sealing             parts that wait for the disk by themselves
                               └────► scribe ─► journal   and what became of them, lines

After it, in the finisher:

    journal ─► story ─► plan ─┬► flatten ─┬► manifest          one file per track, in time
                              └► join ────┘

`track.TrackRecorder` is the front door of the first, `finish.finish` that of the second.
A *recording* has *takes* (from start or resume to pause or stop); within a take each *track*
has one *part* (a file), or several when something broke. All files of a take share their
time 0. Where pure logic can be had, it is pure: `ring`, `steady`, `story`, `plan`,
`samples`, `index`, `moov`.
"""
