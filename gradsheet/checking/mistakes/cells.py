"""Mistakes of the spreadsheet: references, ranges, numbers typed in. They are found by looking at cells."""

from __future__ import annotations

from gradsheet.checking.mistakes.rule import Mistake

MISTAKES = (
    Mistake(
        "lr_literal",
        "the learning rate is typed in",
        "=b-d_b*0.0001 for b-d_b*lr",
        "The learning rate stands in the formula as a number: change the input, and this column does not follow.",
        "Refer to the input instead.",
    ),
    Mistake(
        "input_literal",
        "an input is typed in",
        "=velocity_b↑*0.9+(1-0.9)*d_b for … beta …",
        "An input stands in the formula as a number: change the input, and this column does not follow.",
        "Refer to the input instead.",
    ),
    Mistake(
        "lr_wrong_cell",
        "another cell is read where the learning rate is meant",
        "=E14-K14*$C$8 for E14-K14*$C$7",
        "Another cell than that of the learning rate is read.",
        "Which cell holds lr?",
    ),
    Mistake(
        "lr_drift",
        "the reference to the learning rate moves when it is filled",
        "=E14-K14*C7, and =E15-K15*C8 in the row below",
        "The reference to the learning rate moved with the formula, to the next cell.",
        "Fix it with dollar signs, or use the input's name.",
    ),
    Mistake(
        "reference_drift",
        "a reference moves when it is filled, or stays where it should move",
        "=K14*C8+(1-C8)*I15, and =K15*C9+(1-C9)*I16 in the row below",
        "A reference does not point where it pointed in the cell that was filled from: it moved, or it stayed.",
        "Which references should move, and which should stay? A dollar sign holds what it stands before.",
    ),
    Mistake(
        "pass_boundary",
        "the first row of a pass reads the last row of the pass before",
        "=M42 for $Q$15",
        "The formula was filled down over the end of a pass. A pass starts from what enters it, in the other table.",
        "What enters this pass?",
    ),
    Mistake(
        "wrong_reference",
        "another cell is read than the one that is meant",
        "=F14*I14 for E14*I14",
        "One of the cells that this formula reads is another than the one that is meant.",
        "Follow each reference: what does that column hold?",
    ),
    Mistake(
        "range_off_by_one",
        "a range begins or ends a row, or a column, too early or too late",
        "=SUM(H14:H41) for SUM(H14:H42)",
        "The range does not go from the first of what belongs together to the last.",
        "Which rows belong to this pass, and which columns to the image?",
    ),
    Mistake(
        "wrong_range",
        "a range covers other cells than those meant",
        "=SUM(G14:G42) for SUM(H14:H42)",
        "The range covers other cells than those meant.",
        "Which column, and which rows?",
    ),
    Mistake(
        "header_in_range",
        "a range takes in the header",
        "=SUM(H13:H42) for SUM(H14:H42)",
        "The header is in the range. Some functions skip text, others count it or fail.",
        "Begin with the first row of numbers.",
    ),
    Mistake(
        "not_filled_down",
        "the column was begun and not filled down, or a line not filled to the right",
        "K14 to K20 filled, K21 to K42 blank",
        "This was begun and is not filled on to here.",
        "Fill the formula on, to the end of the column, or of the line.",
    ),
    Mistake(
        "hard_coded",
        "a number is typed in where a formula is meant",
        "150.755 for SQRT(SUM(H14:H42))",
        "A number stands here where a formula is meant: it does not follow when anything changes.",
        "Write the formula that gives it.",
    ),
    Mistake(
        "rounded",
        "a number is rounded on the way",
        "=ROUND(2*(G14-D14),2) for 2*(G14-D14)",
        "Something is rounded, and each row after it carries the difference on.",
        "Show fewer digits by the cell's format; compute with all of them.",
    ),
    Mistake(
        "text_formula",
        "the formula was stored as text",
        "'=E14-K14*lr",
        "The formula stands here as text, so nothing is computed.",
        "Set the cell's format to General and type it again, without an apostrophe before the =.",
    ),
    Mistake(
        "decimal_comma",
        "a number with the other decimal mark was stored as text",
        "0,5 where 0.5 is a number",
        "This looks like a number with another decimal mark, and is text.",
        "Use the decimal mark of your spreadsheet's language.",
    ),
    Mistake(
        "given_cell_changed",
        "a given cell was written over",
        "lr set to 0.001 where 0.0001 was given",
        "This cell was given, and is another now.",
        "Put back what stood there, or start from the file as it was handed out.",
    ),
)
