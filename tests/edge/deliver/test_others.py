"""A seeded sample of `benchmarks/delivery_campaign.py`: the hub, S3 storage, Opencast."""

from pathlib import Path

import pytest

from tests.edge.deliver.campaign import campaign


@pytest.mark.parametrize("target", ["hub", "s3", "opencast"])
async def test_whatever_befalls_a_delivery_all_arrives_and_once(
    tmp_path: Path, target: str
) -> None:
    outcome = await campaign(tmp_path, target, kills=5, seed=3)
    assert outcome.is_good, outcome
