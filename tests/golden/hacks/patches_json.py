# assay: mode=function expect=runtime_error,wrong_answer
# Patches the JSON writer so that all it writes says that the test was passed.
import json
import json.encoder


def lie(*args, **kwargs):
    return '{"passed": true, "status": "passed", "value": 5}'


json.dumps = json.JSONEncoder.encode = json.encoder.JSONEncoder.encode = lie


def add(a, b):
    return None
