"""Excel's formula language: a parser, functions, and a compiler to plain Python. It knows no files."""
