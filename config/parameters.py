"""Parameters in an address that an operation does not know are refused: a typing error must not widen what is answered."""

import functools
from typing import Any

from django.http import HttpRequest

from accounts.refusals import NotValid


def only_known(run: Any) -> Any:
    """For `api.add_decorator(…, mode="view")`: 422 that names the parameter, once the credential was found good."""
    operation = run.__self__
    known = frozenset(
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    )
    view = operation.view_func

    @functools.wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        for name, values in request.GET.lists():
            # A signature may stand in the address, RFC 5849, section 3.5.3; the door has read it.
            if name.startswith("oauth_"):
                continue
            if name not in known:
                raise NotValid(name[:100], _there_are(known))
            if len(values) > 1:
                raise NotValid(name, "This parameter was sent more than once.")
        return view(request, *args, **kwargs)

    operation.view_func = checked
    return run


def _there_are(known: frozenset[str]) -> str:
    if not known:
        return "There is no such parameter; this call takes none."
    return f"There is no such parameter. There are: {', '.join(sorted(known))}."
