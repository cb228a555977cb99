"""`gradsheet infer`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from gradsheet.cli.group import main
from gradsheet.cli.options import format_option
from gradsheet.cli.printing import print_json, print_rows
from gradsheet.errors import GradsheetError


@main.command()
@click.argument("weights")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@format_option
def infer(weights: str, images: Sequence[str], format_: str) -> None:
    """Say what the trained WEIGHTS of three_or_seven make of each IMAGE (a PNG, or numbers in a .txt)."""
    from gradsheet.report.weights import read_image, read_weights

    trained = read_weights(weights)
    if trained.experiment != "three_or_seven":
        raise GradsheetError(f"{weights} are weights of {trained.experiment}, which reads no images")
    found = []
    for image in images:
        pixels, how = read_image(image, trained.side)
        pred, share = trained.predict(pixels)
        says = "three" if pred > trained.threshold else "seven"
        found.append({"image": image, "says": says, "pred": pred, "sigmoid": share, "read_as": how})
    if format_ == "json":
        print_json({"weights": weights, "threshold": trained.threshold, "images": found})
        return
    rows = [[one["image"], one["says"], one["pred"], one["sigmoid"], one["read_as"]] for one in found]
    columns = ["image", "it says", "pred", "sigmoid", "read as"]
    print_rows("", columns, rows, format_, left=("image", "it says", "read as"))
