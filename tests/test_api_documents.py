"""The OpenAPI document of each service says how errors are answered, and names nothing that it does not define."""

import json
import re

import pytest

from tests.support.tokens import Keys
from tests.test_rights import SERVICES, app_of


@pytest.mark.parametrize("name", SERVICES)
def test_every_operation_tells_of_problem_documents(name: str, keys: Keys) -> None:
    document = app_of(name, "postgresql://x/x", keys).openapi()

    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status in {"default", "422"} & set(operation["responses"]):
                assert list(operation["responses"][status]["content"]) == ["application/problem+json"], (method, path)
            assert "default" in operation["responses"], (method, path)
    text = json.dumps(document)
    assert "HTTPValidationError" not in text
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert named <= set(document["components"]["schemas"])
