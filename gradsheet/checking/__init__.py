"""Exercises made from the catalogue, and a checker that says what was misunderstood.

The catalogue is the key: a column's formula *is* the rule of its cells, and a mistake is a rewritten column.
Nothing here imports torch: the formulas themselves compute what is right.
"""
