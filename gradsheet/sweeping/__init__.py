"""Sweeps: many settings of an experiment or a workbook, run as lanes, chunk by chunk."""
