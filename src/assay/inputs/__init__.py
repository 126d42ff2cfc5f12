"""Inputs that nobody gave: made from the examples, to tell candidates apart."""

from assay.inputs.making import make_inputs
from assay.inputs.mutation import mutate

__all__ = ["make_inputs", "mutate"]
