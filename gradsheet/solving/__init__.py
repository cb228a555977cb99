"""Solving a workbook: changing some cells so that another becomes small, large, or a given value."""
