"""Gradient descent in a spreadsheet, equal to PyTorch to the last bit."""

__version__ = "0.1.0"
