"""The one kind of error that a user sees: a sentence saying what is wrong and what to do."""


class GradsheetError(Exception):
    """Something cannot be done; the message is one sentence that names file, sheet, cell and remedy.

    The command line prints it on one line of stderr and exits with 2.

    Example:
        >>> str(GradsheetError("graddesc.xlsx, sheet basic: no header row 'x, y' found"))
        "graddesc.xlsx, sheet basic: no header row 'x, y' found"
    """


class GradsheetWarning(UserWarning):
    """Something goes another way than was asked for, to the same result; the message is one sentence.

    The command line prints it on one line of stderr and goes on.
    """
