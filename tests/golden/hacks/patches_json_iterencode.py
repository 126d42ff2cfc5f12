# assay: mode=function expect=runtime_error,wrong_answer
# Patches the inner writer of JSON, which the outer ones call.
import json.encoder


def lie(*args, **kwargs):
    yield '[1,"value",5,null]'


json.encoder.JSONEncoder.iterencode = lie
json.encoder.c_make_encoder = None


def add(a, b):
    return None
