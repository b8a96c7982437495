"""Fixtures for tests of the running product."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.product import Product, own_backend


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What can't run here says why."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            if not sys.platform.startswith("linux"):
                item.add_marker(pytest.mark.skip(reason="reads /proc"))
            if item.get_closest_marker("scale") and not os.environ.get("DATABASE_URL"):
                item.add_marker(pytest.mark.skip(reason="`make test-scale` has PostgreSQL and Redis"))


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """A product of the test's own, not started yet."""
    with own_backend() as backend:
        product = Product(tmp_path, backend)
        yield product
        product.clean_up()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A running product for the tests that leave it running."""
    with own_backend() as backend:
        product = Product(tmp_path_factory.mktemp("product"), backend)
        yield product.start()
        product.clean_up()
