"""Parity: the same cells from engines that no one here wrote, and one policy for comparing them."""
