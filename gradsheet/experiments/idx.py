"""MNIST's files, in the IDX format: threes and sevens, from where the user keeps them.

An IDX file is a magic number (two zero bytes, the type of its numbers, how many dimensions), the size of each dimension
as four bytes, the highest first, and then the numbers; often compressed with gzip.

Source: LeCun, Cortes and Burges, The MNIST database of handwritten digits, "File formats".
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import Any

from gradsheet.errors import GradsheetError
from gradsheet.experiments.digits import in_turn

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
BYTES = 0x08
MOST = 2**31
"""Bytes of numbers that a file may hold: MNIST has 47 million."""


def read_mnist(folder: str | Path) -> Any:
    """The threes and sevens of MNIST's training set: pixels from 0 to 1, then 1 for a three, 0 for a seven.

    Args:
        folder: has ``train-images-idx3-ubyte`` and ``train-labels-idx1-ubyte``, plain or with ``.gz``.

    Returns:
        An array, (N, pixels + 1).

    Raises:
        GradsheetError: a file is missing, damaged, or says something else than its name.
    """
    import numpy as np

    images, labels = (_find(Path(folder), name) for name in (IMAGES, LABELS))
    pixels, digits = read_idx(images, 3), read_idx(labels, 1)
    if len(pixels) != len(digits):
        raise GradsheetError(
            f"{images.name} has {len(pixels)} images and {labels.name} {len(digits)} labels: take both from one place"
        )
    if pixels.shape[1] != pixels.shape[2]:
        raise GradsheetError(f"{images}: its images are {pixels.shape[1]}×{pixels.shape[2]}; square ones are expected")
    if not (np.isin([3, 7], digits)).all():
        raise GradsheetError(f"{labels}: no {3 if 3 not in digits else 7} is among its labels: nothing to tell apart")
    found = in_turn(pixels.reshape(len(pixels), -1), digits)
    found[:, :-1] /= 255.0  # of those that are kept: all 60,000 as float64 would take 380 MB
    return found


def _find(folder: Path, name: str) -> Path:
    for found in (folder / name, folder / f"{name}.gz", folder / name.replace("-idx", ".idx")):
        if found.is_file():
            return found
    raise GradsheetError(f"{folder} has no {name} (nor {name}.gz): give the folder with MNIST's files")


def read_idx(path: str | Path, dimensions: int) -> Any:
    """The numbers of an IDX file of bytes, as an array of so many dimensions.

    Args:
        path: plain or compressed with gzip, whatever its name says.
        dimensions: how many it must have: 3 for images, 1 for labels.

    Raises:
        GradsheetError: it cannot be read, or is no such file; the message says what is wrong.
    """
    import numpy as np

    path = Path(path)
    head = 4 + 4 * dimensions
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            start = file.read(head)
            if len(start) < head or start[:2] != b"\0\0":
                raise GradsheetError(f"{path} is no IDX file: it does not begin as one; download it again")
            kind, found = start[2], start[3]
            if kind != BYTES or found != dimensions:
                raise GradsheetError(
                    f"{path} holds {found} dimensions of type 0x{kind:02x}; {dimensions} of bytes (0x08) are expected: "
                    "are the images and the labels exchanged?"
                )
            shape = struct.unpack(f">{dimensions}I", start[4:])
            size = math.prod(shape)
            if not 0 < size <= MOST:
                raise GradsheetError(f"{path} says that it holds {size:,} numbers, which cannot be: download it again")
            data = file.read(size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise GradsheetError(f"{path} cannot be read ({error}): download it again") from None
    if len(data) != size:
        held = "more" if len(data) > size else f"{len(data):,}"
        raise GradsheetError(f"{path} says that it holds {size:,} numbers and has {held}: download it again")
    return np.frombuffer(data, dtype=np.uint8).reshape(shape)
