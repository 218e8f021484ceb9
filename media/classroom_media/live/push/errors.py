"""Why nothing goes out: a word for the catalogue, and what the other side said."""


class PushError(Exception):
    """A push cannot begin or go on.

    `code` is one of "unreachable", "refused" (nobody listens), "silent", "tls", "rejected" (the
    platform says no; `said` tells how), "lost", "strange" (it speaks something else), "library".
    """

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(f"{code}: {said}" if said else code)
        self.code = code
        self.said = said
