"""Inputs that nobody gave, and what is expected of them: to tell candidates apart."""

from assay.inputs.answering import agrees, answer_of
from assay.inputs.asked_inputs import asked_inputs
from assay.inputs.corner_inputs import corner_inputs
from assay.inputs.generator_program import generator_program
from assay.inputs.making import make_inputs, near_inputs
from assay.inputs.mutation import mutate
from assay.inputs.predicted_outputs import predicted_outputs
from assay.inputs.properties import Property, inverse_inputs, properties
from assay.inputs.reference_program import reference_program
from assay.inputs.reliability import Reliability, learn
from assay.inputs.stress_inputs import stress_inputs
from assay.inputs.valid import valid_mask

TECHNIQUES = {
    "mutation": near_inputs,
    "corner_inputs": corner_inputs,
    "asked_inputs": asked_inputs,
    "generator_program": generator_program,
    "stress_inputs": stress_inputs,
    "predicted_outputs": predicted_outputs,
    "reference_program": reference_program,
    "properties": properties,
}

__all__ = [
    "TECHNIQUES",
    "Property",
    "Reliability",
    "agrees",
    "answer_of",
    "asked_inputs",
    "corner_inputs",
    "generator_program",
    "inverse_inputs",
    "learn",
    "make_inputs",
    "mutate",
    "near_inputs",
    "predicted_outputs",
    "properties",
    "reference_program",
    "stress_inputs",
    "valid_mask",
]
