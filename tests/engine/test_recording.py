"""`no_grad` belongs to one thread and one task, and ends however its block ends."""

import asyncio
import threading

import pytest

from autograd import Value, grad, no_grad


def recorded():
    return not (Value(2.0) * 3.0).is_leaf


def test_recording_comes_back_after_an_error():
    with pytest.raises(RuntimeError), no_grad():
        raise RuntimeError
    assert recorded()


def test_blocks_nest():
    with no_grad():
        with no_grad():
            assert not recorded()
        assert not recorded()
    assert recorded()


def test_threads_do_not_see_each_other():
    inside, leave, seen = threading.Event(), threading.Event(), []

    def quiet():
        with no_grad():
            inside.set()
            leave.wait(5)
            seen.append(recorded())

    thread = threading.Thread(target=quiet)
    thread.start()
    inside.wait(5)
    seen.append(recorded())
    leave.set()
    thread.join()
    assert seen == [True, False]


def test_tasks_do_not_see_each_other():
    async def quiet(entered, leave):
        with no_grad():
            entered.set()
            await leave.wait()
            return recorded()

    async def loud(entered, leave):
        await entered.wait()
        answer = recorded()
        leave.set()
        return answer

    async def both():
        entered, leave = asyncio.Event(), asyncio.Event()
        return await asyncio.gather(quiet(entered, leave), loud(entered, leave))

    assert asyncio.run(both()) == [False, True]


def test_a_derivative_is_computed_under_no_grad_too():
    with no_grad():
        assert grad(lambda x: x * x)(3.0) == 6.0
        outside = Value(3.0)
        assert grad(lambda x: x * x)(outside).is_leaf
