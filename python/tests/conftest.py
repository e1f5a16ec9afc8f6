import importlib.util

import pytest


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def pytest_report_header(config):
    names = ["torch", "pyarrow", "verl", "trl", "openrlhf", "skyrl", "verifiers"]
    there = [name for name in names if importlib.util.find_spec(name)]
    return f"installed beside gradus: {', '.join(there) or 'nothing'}"
