"""The API's documentation for people: quick start and every call, from the same document that programs read.

Drawn by ourselves (docs/decisions/0014): accessible, in the reader's language, without JavaScript but for trying out.
"""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from ninja.openapi.views import openapi_json

from accounts.permissions import ActorRequest, Power, requires
from config.api import api

Document = dict[str, Any]
JSON = "application/json"


@requires(Power.USE_API)
@require_GET
def page(request: ActorRequest) -> HttpResponse:
    """Quick start and all calls."""
    told = {
        "organization": request.actor.home,
        "base_url": settings.GATEHOUSE_URL,
        "groups": groups(api.get_openapi_schema()),
    }
    return render(request, "api/documentation.html", told)


@requires(Power.USE_API)
@require_GET
def document(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1, the bytes of `/api/v1/openapi.json`, for whoever is signed in."""
    return openapi_json(request, api)


def groups(told: Document) -> list[dict[str, Any]]:
    """The document's operations by tag: [{"name", "calls": […]}], each call as `_call` gives it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            row = _call(told, path, method.upper(), operation)
            found.setdefault(operation["tags"][0], []).append(row)
    return [{"name": name, "calls": rows} for name, rows in found.items()]


def _call(told: Document, path: str, method: str, operation: Document) -> dict[str, Any]:
    """One operation for the page: its path in parts, parameters, an example of its body, what comes back."""
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation["operationId"],
        "method": method,
        "path": path,
        # Every second part is a parameter's name.
        "parts": path.replace("}", "{").split("{"),
        "about": operation.get("description") or operation["summary"],
        "short": operation["summary"].capitalize(),
        "scopes": operation["x-scopes"],
        "parameters": [_parameter(told, one) for one in operation.get("parameters", [])],
        "body": _example_text(told, body[JSON]["schema"]) if JSON in body else "",
        # A file is sent by a program; the page does not try that out.
        "other_body": next((kind for kind in body if kind != JSON), "") if JSON not in body else "",
        "answers": [
            {"status": status, "schema": _schema_name(answer)}
            for status, answer in operation["responses"].items()
            if int(status) < 400
        ],
    }


def _parameter(told: Document, given: Document) -> dict[str, Any]:
    schema = _resolved(told, given["schema"])
    return {
        "name": given["name"],
        "place": given["in"],
        "required": given.get("required", False),
        "about": given.get("description") or schema.get("description", ""),
        "default": "" if schema.get("default") is None else schema["default"],
    }


def _schema_name(answer: Document) -> str:
    content: Document = next(iter(answer.get("content", {}).values()), {})
    return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]


def _resolved(told: Document, schema: Document) -> Document:
    """What a reference or the first alternative stands for."""
    if "$ref" in schema:
        return _resolved(told, told["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return _resolved(told, schema["anyOf"][0]) if "anyOf" in schema else schema


def _example_text(told: Document, schema: Document) -> str:
    return json.dumps(example(told, schema), indent=2, ensure_ascii=False)


def example(told: Document, schema: Document, depth: int = 0) -> Any:
    """A value that fits the schema, from its own examples and defaults; three levels deep."""
    schema = _resolved(told, schema)
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        fields = schema.get("properties", {}) if depth < 3 else {}
        return {name: example(told, one, depth + 1) for name, one in fields.items()}
    if kind == "array":
        return [example(told, schema["items"], depth + 1)] if depth < 3 else []
    return schema.get("default", {"integer": 1, "number": 1, "boolean": False, "string": "…"}.get(str(kind)))
