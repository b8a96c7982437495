"""What this dialect's document says besides its models: where tokens come from, which scopes open a call, how it refuses."""

from collections.abc import Mapping
from typing import Any

from dialects.uipath.scopes import AREAS

_TEXT = {"type": "string"}
SCHEMAS: dict[str, Any] = {
    "ProblemDetails": {
        "description": "ASP.NET's; `errors` names the fields that are not valid.",
        "type": "object",
        "required": ["type", "title", "status", "traceId"],
        "properties": {
            "errors": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "traceId": _TEXT,
        },
    },
    "DirectoryError": {
        "description": "What the state of things does not allow, and ids that name nothing.",
        "type": "object",
        "required": ["StatusCode", "StatusDescription", "Message"],
        "properties": {
            "StatusCode": {"type": "integer"},
            "StatusDescription": _TEXT,
            "Message": _TEXT,
            "Description": _TEXT,
        },
    },
    "ScopeError": {
        "description": "Neither of the scopes that would open it.",
        "type": "object",
        "required": ["errorMessage"],
        "properties": {"errorMessage": _TEXT},
    },
}


def _content(kind: str, name: str) -> dict[str, Any]:
    return {kind: {"schema": {"$ref": f"#/components/schemas/{name}"}}}


_PROBLEM = _content("application/problem+json", "ProblemDetails")
_DIRECTORY = _content("application/json", "DirectoryError")
_SCOPE = _content("application/json", "ScopeError")
ALWAYS = {
    "400": {"description": "Not valid, or not possible as things are", "content": _PROBLEM | _DIRECTORY},
    "401": {"description": "No credential, or none that works", "content": _PROBLEM},
    "403": {"description": "Neither of the scopes", "content": _SCOPE},
    "404": {"description": "Not there", "content": _PROBLEM | _DIRECTORY},
    "405": {"description": "Another method", "content": _PROBLEM},
    "429": {"description": "Too many requests; Retry-After says when", "content": _PROBLEM},
}
WITH_A_BODY = {
    "413": {"description": "Too large", "content": _PROBLEM},
    "415": {"description": "Not JSON", "content": _PROBLEM},
}


def describe(document: dict[str, Any], expected: Mapping[str, tuple[str, ...]]) -> None:
    """Complete it in place. `expected`: operation ids and the scopes of which one is enough."""
    scopes = {scope: "" for area in AREAS.values() for scope in (area, f"{area}.Read", f"{area}.Write")}
    scopes.pop("PM.Audit.Write")
    flow = {"tokenUrl": "/identity_/connect/token", "scopes": scopes}
    document["components"]["schemas"] |= SCHEMAS
    document["components"]["securitySchemes"] = {
        "robot": {"type": "oauth2", "flows": {"clientCredentials": flow}},
        "token": {"type": "http", "scheme": "bearer", "description": "A personal access token."},
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            either = expected.get(operation["operationId"], ())
            operation["security"] = [{"robot": [one]} for one in either] or [{"robot": []}]
            operation["security"].append({"token": []})
            operation["summary"] = operation.pop("description", operation["summary"]).rstrip(".")
            operation["responses"] |= ALWAYS | (WITH_A_BODY if "requestBody" in operation else {})
