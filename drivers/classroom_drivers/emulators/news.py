"""What happens at a device itself, told to the connections that want to know."""

from collections.abc import Hashable

NEWS_S = 0.1  # how often a connection looks
KEPT = 100


class News:
    """The newest of what a device has to tell; belongs to the emulator."""

    def __init__(self) -> None:
        self.count = 0
        self._newest: list[tuple[int, Hashable, bytes]] = []

    def tell(self, message: bytes, *, by: Hashable = None) -> None:
        """Tell everybody but the connection it came from."""
        self.count += 1
        self._newest = [*self._newest, (self.count, by, message)][-KEPT:]

    def since(self, number: int, ear: Hashable) -> list[bytes]:
        """Give what came after so many, except what a connection said itself."""
        return [said for count, by, said in self._newest if count > number and by is not ear]


class Ear:
    """What one connection has heard so far; belongs to the session."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._heard = news.count

    def tell(self, message: bytes) -> None:
        """Tell the others."""
        self._news.tell(message, by=self)

    def fresh(self) -> list[bytes]:
        """Give what is new, once."""
        messages = self._news.since(self._heard, self)
        self._heard = self._news.count
        return messages
