"""The API's page and its document, for people with API access."""

from django.test import Client

from config import documentation
from config.api import api
from tests.cast import Cast
from tests.tokens.conftest import call, personal

PAGE, DOCUMENT = "/o/halden/api/", "/o/halden/api/openapi.json"


def test_the_document_is_the_one_that_programs_read(cast: Cast) -> None:
    answer = cast.client("ada").get(DOCUMENT)
    assert answer.status_code == 200
    assert answer.content == call("/api/v1/openapi.json", personal(cast, "ada")).content


def test_every_operation_is_on_the_page_with_its_scopes(cast: Cast) -> None:
    page = cast.client("olga").get(PAGE).content.decode()
    told = api.get_openapi_schema()
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            assert f'data-method="{method.upper()}" data-path="{path}"' in page
            assert all(f"<code>{scope}</code>" in page for scope in operation["x-scopes"])
    assert 'assert me["organization"]["slug"] == "halden"' in page and "Halden" in page


def test_every_operation_names_what_opens_it(cast: Cast) -> None:
    for operations in api.get_openapi_schema()["paths"].values():
        for operation in operations.values():
            assert operation["x-scopes"] or operation["operationId"] == "me"
            assert operation["security"] == [{"token": []}, {"key": []}]


def test_without_api_access_it_says_whom_to_ask(cast: Cast) -> None:
    answer = cast.client("mia").get(PAGE)
    page = answer.content.decode()
    assert answer.status_code == 403 and "olga@halden.example" in page
    assert 'href="/profile/tokens/">Ask for API access' in page
    assert Client().get(PAGE).status_code == 302


def test_an_example_shows_the_characters_themselves(cast: Cast) -> None:
    page = cast.client("ada").get(PAGE).content.decode()
    assert "…" in page and "u2026" not in page


def test_examples_fit_their_schemas() -> None:
    told = {
        "components": {
            "schemas": {
                "A": {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/B"}}},
                "B": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            }
        }
    }
    assert documentation.example(told, {"$ref": "#/components/schemas/A"}) == {"b": "…"}
    assert documentation.example(told, {"type": "array", "items": {"type": "integer"}}) == [1]
    assert documentation.example(told, {"type": "string", "enum": ["x", "y"]}) == "x"
    assert documentation.example(told, {"type": "string", "examples": ["z"]}) == "z"
