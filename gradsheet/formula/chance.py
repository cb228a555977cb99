"""Random numbers that depend on the seed and the cell only, not on the order in which cells are calculated."""

from __future__ import annotations

_MASK = (1 << 64) - 1


def uniform(seed: int, key: int, draw: int) -> float:
    """A number from 0 up to, not including, 1, with 53 random bits.

    Args:
        seed: of the recalculation.
        key: of the cell.
        draw: how many the cell has drawn before.

    Example:
        >>> uniform(0, 1, 0) == uniform(0, 1, 0), 0 <= uniform(0, 1, 1) < 1
        (True, True)

    **Source**: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators" (2014): splitmix64.
    """
    z = (seed * 0x9E3779B97F4A7C15 + key * 0xD1342543DE82EF95 + draw * 0xA0761D6478BD642F + 0x9E3779B97F4A7C15) & _MASK
    for _ in range(2):
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        z ^= z >> 31
    return float(z >> 11) / 9007199254740992.0
