"""The standing order of a target: every recording, once it is finished, if its consent allows."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from classroom_edge.config.models import TargetConfig
from classroom_edge.library.card import Consent
from classroom_edge.library.deliver.receipts import receipt_of
from classroom_edge.library.deliver.waiting import Delivery, Standing, may_go, reaching
from classroom_edge.library.roots import Roots
from classroom_edge.store import Store, deliveries
from classroom_edge.store.deliveries import Asked
from classroom_media.api import RecordError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class StandingOrder:
    """Asks for what nobody has asked for; where the database was lost, receipts tell."""

    target: TargetConfig
    store: Store
    roots: Roots
    now: Callable[[], datetime]

    async def ask(self) -> bool:
        """Put into the queue what is missing there; tell whether there was anything.

        Raises:
            StoreError: the database fails.
        """
        id_, least = self.target.id, Consent(self.target.least_consent)
        unasked = partial(deliveries.unasked, target=id_, what=self.target.what)
        allowed = partial(deliveries.allowed, target=id_, consents=reaching(least))
        found, held = await self.store.run(unasked), await self.store.run(allowed)
        asked = [self._asked(recording, Consent(consent)) for recording, consent in found]
        asked += map(self._again, held)
        if asked:
            await self.store.run(partial(deliveries.ask_all, many=asked))
        return bool(asked)

    def _asked(self, recording: str, consent: Consent) -> Asked:
        """Tell how a recording stands that the queue does not know: it may be there already."""
        bare = Asked(
            recording=recording,
            target=self.target.id,
            what=self.target.what,
            by="",
            at=self.now(),
        )
        try:
            receipt = receipt_of(self.roots.of(recording), bare.target, bare.what)
        except RecordError as error:
            logger.warning("what was delivered of %s cannot be read: %s", recording, error)
            receipt = None
        if receipt is not None:
            return replace(bare, state=Standing.SENT, sent_at=receipt.at)
        if not may_go(consent, Consent(self.target.least_consent)):
            return replace(bare, state=Standing.WITHHELD, code="consent")
        return bare

    def _again(self, held: Delivery) -> Asked:
        return Asked(
            recording=held.recording,
            target=held.target,
            what=held.what,
            by=held.by,
            at=self.now(),
        )
