"""The engine: experiments in vectorised PyTorch, one step loop for all of them."""

from gradsheet.engine.run import run
from gradsheet.engine.trace import Trace

__all__ = ["Trace", "run"]
