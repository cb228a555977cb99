"""Workbooks as files: addresses, reading behind a gate, layout and writing."""
