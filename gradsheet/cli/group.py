"""The group of commands, and how an error leaves: one line on stderr, exit code 2, never a traceback."""

from __future__ import annotations

import sys
from typing import Any

import click

from gradsheet import __version__
from gradsheet.errors import GradsheetError

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 80}


class Commands(click.Group):
    """Commands whose errors are one line on stderr and exit code 2, never a traceback."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line and exit."""
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help() if error.ctx else "")
            code = 0
        except GradsheetError as error:
            code = _said(str(error))
        except click.ClickException as error:
            where = f"{error.ctx.command_path} --help" if isinstance(error, click.UsageError) and error.ctx else ""
            hint = f" See '{where}'." if where else ""
            code = _said(f"{error.format_message()}{hint}")
        except (KeyboardInterrupt, click.Abort):
            code = _said("stopped.")
        except BrokenPipeError:  # the reader has seen enough
            sys.stderr.close()
            code = 0
        sys.exit(code if isinstance(code, int) else 0)


def _said(message: str) -> int:
    click.echo(f"gradsheet: {message}", err=True)
    return 2


@click.group(cls=Commands, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="gradsheet")
def main() -> None:
    """Gradient descent in a spreadsheet, equal to PyTorch to the last bit.

    Start with: gradsheet export --out graddesc.xlsx
    """
