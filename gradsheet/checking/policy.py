"""When two numbers count as the same, and how many draws decide; stated here and nowhere else.

float64 is exact; a formula that is written in another order differs in its last bits. So two numbers are the
same where they differ by at most `TOLERANCE` of the larger one. A mistake that stays below that in every draw
is none. Only where the rule gives 0 on drawn numbers, `LEFT` may be left of terms that cancel.
"""

from __future__ import annotations

TOLERANCE = 1e-9
LEFT = 1e-12
DRAWS = 12
FOLLOWED = 18  # where only what a formula reads is drawn
NEAR = 1e-3  # how far a number may be off so that it is worth looking whether its formula is right after all
SMALL = 1e-6  # below which a number may be what is left where two others cancelled
LARGE = 1e6  # beside which what was rounded or left out still shows
LEAST = 6  # draws on which the rule must give a number, so that something is proven
MOST = 60  # draws tried to get there


def same(one: object, other: object) -> bool:
    """Whether two cells show the same value, up to the order of operations.

    Example:
        >>> same(0.1 + 0.2, 0.3), same(1.0, 1.001), same(True, 1.0)
        (True, False, True)
    """
    if isinstance(one, float | bool) and isinstance(other, float | bool):
        if one == other:
            return True
        return abs(one - other) <= TOLERANCE * max(abs(one), abs(other))
    return type(one) is type(other) and one == other


def same_drawn(one: object, rule: object) -> bool:
    """The same, for what comes of drawn numbers, all of about 1.

    Where two cancel in the rule, their last bits may be left in the formula.

    Example:
        >>> h, e = 3 / 128, 40 / 128
        >>> same(e / h - 1 / h * e, (e - e) / h), same_drawn(e / h - 1 / h * e, (e - e) / h), same_drawn(1e-10, 0.0)
        (False, True, False)
    """
    return same(one, rule) or (rule == 0.0 and type(one) is type(rule) is float and abs(one) <= LEFT)


def near(one: object, other: object) -> bool:
    """Whether two numbers are about the same.

    Example:
        >>> near(1.0, 1.0001), near(1.0, 1.1), near(1.0, "#NUM!")
        (True, False, False)
    """
    if not (isinstance(one, float | bool) and isinstance(other, float | bool)):
        return False
    return abs(one - other) <= NEAR * max(abs(one), abs(other))


def apart(one: object, rule: object) -> bool:
    """Whether a number is another than the rule's, too far off for its last digits to be the reason.

    Example:
        >>> apart(1.1, 1.0), apart(0.0, 0.5), apart("#NUM!", 1.0)
        (True, True, True)
        >>> apart(1.0001, 1.0), apart(1e-16, 0.0), apart(5.0, "#NUM!")  # cancelled, or no number to go by
        (False, False, False)
    """
    if not isinstance(rule, float | bool) or not abs(rule) < LARGE or near(one, rule):
        return False
    return not isinstance(one, float | bool) or max(abs(one), abs(rule)) >= SMALL


def usable(value: object) -> bool:
    """Whether a draw proves something: a truth value, or a number that is finite and no excess.

    Example:
        >>> usable(1.0), usable(True), usable(float("inf")), usable("#NUM!")
        (True, True, False, False)
    """
    return isinstance(value, bool) or (isinstance(value, float) and abs(value) < 1e100)
