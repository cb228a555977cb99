"""What is said to the learner: the cell first, kindly, briefly."""

from __future__ import annotations

from gradsheet.checking.feedback import CellFeedback


def message(one: CellFeedback) -> str:
    """A sentence or two about a cell."""
    return f"{one.cell}: {_said(one)}"


def number(value: object) -> str:
    """A number with as many digits as one can look at.

    Example:
        >>> number(150.75521153771854), number(None), number(-2.0), number(True)
        ('150.755', 'nothing', '-2', 'TRUE')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _said(one: CellFeedback) -> str:
    match one.verdict:
        case "correct":
            return "right."
        case "follow_on":
            cells = " and ".join(one.because)
            return f"your formula is fine. Its number is off because of {cells}; mend that, and this follows."
        case "missing":
            return f"write a formula for {one.column} here."
        case "hard_coded":
            return f"{number(one.actual)} is the right number, but it is typed in. Write the formula that gives it."
        case "fragile":
            return (
                f"it gives the right number, {number(one.actual)}, but it would not if the inputs or examples were "
                "others. Refer to the cells."
            )
        case "unreadable":
            return "this could not be read as a formula. Type it again, beginning with =."
    return f"it gives {number(one.actual)}; with your other cells as they are, {number(one.expected)} is expected."
