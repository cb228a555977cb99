"""What became of a run, in one word.

* explodes: a row's loss reached the threshold, or a number left the finite ones;
* dies: in the last epoch a weight did not move at all;
* trains: the last pass's root_sum is below the first one's;
* bounces: none of these.

The first that fits, in this order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

FATES = ("trains", "bounces", "dies", "explodes")


def fates(found: Mapping[str, Tensor], weights: Sequence[str], epochs: int) -> list[str]:
    """The word for each lane.

    Args:
        found: ``root_sum`` of the first and last epoch, each weight before and after the last one, ``above_row`` and
            ``broke_row``.
        weights: their names.
        epochs: how many there were, at least 1.

    Example:
        >>> import torch
        >>> two = torch.tensor([9.0, 9.0])
        >>> found = {"root_sum@0": two, "root_sum@1": two - 1, "a@0": two, "a@1": torch.tensor([8.0, 9.0])}
        >>> none = torch.zeros(2)
        >>> fates({**found, "above_row": none, "broke_row": none}, ["a"], 1)
        ['trains', 'dies']
    """
    import numpy as np

    first, last = found["root_sum@0"], found[f"root_sum@{epochs}"]
    exploded = (found["above_row"] > 0) | (found["broke_row"] > 0) | ~last.isfinite()
    died = (found[f"{weights[0]}@{epochs}"] == found[f"{weights[0]}@{epochs - 1}"]) & False
    for w in weights:
        died = died | (found[f"{w}@{epochs}"] == found[f"{w}@{epochs - 1}"])
    words = np.where((last < first).numpy(), "trains", "bounces")
    words = np.where(died.numpy(), "dies", words)
    words = np.where(exploded.numpy(), "explodes", words)
    return [str(word) for word in words.tolist()]
