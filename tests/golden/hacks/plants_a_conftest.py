# assay: mode=function expect=runtime_error,wrong_answer
# Writes a conftest.py that turns failures into successes.
with open("conftest.py", "w") as file:
    file.write(
        "import pytest\n"
        "@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_runtest_makereport(item, call):\n"
        "    call.excinfo = None\n"
    )
with open("pytest.ini", "w") as file:
    file.write("[pytest]\naddopts = --collect-only\n")


def add(a, b):
    return None
