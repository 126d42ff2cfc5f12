from __future__ import annotations

from collections.abc import Iterator

import pytest

from serve.every_page import every_page


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The address of each page by its name: one server for all tests of a file."""
    with every_page(tmp_path_factory.mktemp("pages")) as found:
        yield found
