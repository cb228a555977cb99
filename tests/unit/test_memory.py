"""Memory that is used again stays bounded."""

from __future__ import annotations

import torch

from gradsheet import memory


def test_arrays_of_ever_other_shapes_are_not_kept() -> None:
    pool = memory.Pool()
    often = pool.take((7,), torch.float64)
    where = often.data_ptr()
    del often
    for lanes in range(100, 300):
        pool.take((lanes,), torch.float64)
        assert pool.take((7,), torch.float64).data_ptr() == where
    assert len(pool._arrays) == memory.SHAPES


def test_nothing_that_is_read_is_handed_out_again() -> None:
    with memory.kept():
        held = [memory.empty((5,), torch.float64).fill_(k) for k in range(20)]
        assert [one[0].item() for one in held] == list(range(20))
        part = held.pop()[2:]
        held.clear()
        taken = [memory.empty((5,), torch.float64).fill_(-1) for _ in range(25)]
        assert part.tolist() == [19, 19, 19]
        assert len({one.data_ptr() for one in taken}) == 25
