"""Run a peer's program so that it cannot open the dataset.

`python -P -m assay.bench.hidden_from N PATH... PROGRAM ARGS...` hides N paths from
itself and becomes the program.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from assay.bench.confinement import hide


def main() -> None:
    """Hide, then become the program. Exit 126 if it cannot be started."""
    count = int(sys.argv[1])
    paths = [Path(text) for text in sys.argv[2 : 2 + count]]
    command = sys.argv[2 + count :]
    hide(paths)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        sys.exit(126)


if __name__ == "__main__":
    main()
