"""Writes the pages into docs/: all of them, or those named."""

from __future__ import annotations

import click

from pages.page import Page, pages


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[PAGE]...")
@click.option("--at-length", is_flag=True, help="Compute anew what takes minutes.")
def main(names: tuple[str, ...], at_length: bool) -> None:
    """Write the pages of docs/ (all where none is named), and their pictures."""
    known = {page.name: page for page in pages()}
    for name in names or known:
        if name not in known:
            raise click.ClickException(f"no page {name!r}: there are {', '.join(known)}")
        page: Page = known[name]
        if at_length and (path := page.record()):
            click.echo(f"{path} is recorded.")
        for path in page.write():
            click.echo(f"{path} is written.")


if __name__ == "__main__":
    main()
