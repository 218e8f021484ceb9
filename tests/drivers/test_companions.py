"""Tasks beside a block: they end with it, and its errors come out as they are."""

import asyncio

import pytest

from classroom_drivers.companions import companions


async def sleep_for_ever() -> None:
    await asyncio.Event().wait()


async def fail() -> None:
    raise LookupError


async def test_companions_end_with_the_block() -> None:
    async with companions() as start:
        task = start(sleep_for_ever())
    assert task.cancelled()


async def test_an_error_of_the_block_comes_out_bare() -> None:
    async def block() -> None:
        async with companions() as start:
            start(sleep_for_ever())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await block()


async def test_an_error_of_a_companion_ends_the_block() -> None:
    async def block() -> None:
        async with companions() as start:
            start(fail())
            await sleep_for_ever()

    with pytest.raises(LookupError):
        await block()


async def test_a_cancellation_is_not_forgotten_over_an_error_at_the_same_time() -> None:
    async def block() -> None:
        async with companions() as start:
            start(fail())
            await sleep_for_ever()

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(block())
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # the companion has failed; the block does not know yet
        task.cancel()
    assert task.cancelled()
