"""What runs and comparisons look like: JSON, CSV, and tables for the terminal. Deterministic."""
