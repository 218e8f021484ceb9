"""What one room missed of a lesson is fetched from the room that has it, and joined in.

Who has a film tells its *outline*: the groups of pictures in it, with the time, size and digest of
everything, and none of the bytes. Who missed some of it compares that with what came live, asks
for the rest by digest, whenever and however often the line lets it, and writes the whole film with
the times of the outline. So no clock and no rounding decides where a seam is, and a picture is in
the film once, from wherever it came.

    outline   values: what is in a film
    reading   the outline of a film, and where its bytes lie
    units     what of a picture is the picture
    needs     what is to be fetched, and what is there
    spool     what was fetched so far
    joining   the whole film from both, verified
    lesson    the recording that it becomes
"""
