# assay: mode=function expect=runtime_error,wrong_answer
# Searches the disk for files that hold answers.
import glob


def add(a, b):
    places = ("/tmp/**/*expected*", "/work/**/*", "/home/**/*.out", "/packages/*.json")
    for place in (*places, "/tmp/SBX_*/*"):
        for path in glob.glob(place, recursive=True):
            try:
                with open(path) as file:
                    return int(file.read())
            except (OSError, ValueError):
                continue
    return None
