"""One-time links: opening one changes nothing; its code moves from the address into a sealed cookie, then a form is used."""

from typing import Any

from allauth.account.internal import flows
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_GET, require_http_methods

from accounts import actions, invitations, inviting
from accounts.forms import FirstRunForm, PasswordForm, WelcomeForm
from accounts.models import Invitation, User
from accounts.sealing import SealBroken, seal, unseal
from accounts.views import joining

COOKIE = "welcome"
COOKIE_PLACE = {"table": "cookie", "column": COOKIE, "organization": "", "row": ""}
COOKIE_AGE = 3600


@login_not_required
@require_GET
def open_link(request: HttpRequest, code: str) -> HttpResponse:
    """`/welcome/<code>/`: take the code out of the address (and out of logs, history and referrers) and go on."""
    response = redirect("accounts:welcome")
    response.set_cookie(
        COOKIE,
        seal(code[:100], **COOKIE_PLACE),
        max_age=COOKIE_AGE,
        path=reverse("accounts:welcome"),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def _invitation(request: HttpRequest) -> Invitation | None:
    try:
        return invitations.find(unseal(request.COOKIES.get(COOKIE, ""), **COOKIE_PLACE))
    except (SealBroken, ValueError):
        return None


@login_not_required
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """`/welcome/`: what the link is for, and the form that uses it."""
    link = _invitation(request)
    if link is None:
        return _useless(request, 200 if request.method == "GET" else 410)
    if request.user.is_authenticated and link.purpose == Invitation.Purpose.JOIN:
        return joining.answer(request, link)
    person = invitations.invited_person(link)
    if person is not None and person.has_usable_password():
        return render(request, "accounts/welcome.html", _told(link, "existing", None))
    return _fill_in(request, link, person)


def _useless(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, "accounts/welcome.html", {"problem": True}, status=status)


def _fill_in(request: HttpRequest, link: Invitation, person: User | None) -> HttpResponse:
    """The form for somebody new, and what it does."""
    form = _form(request, link)
    if request.method == "POST" and form.is_valid():
        try:
            return _sign_in(request, _use(link, person, form))
        except actions.LinkUsed:
            return _useless(request, 410)
        except actions.NotPossible as error:
            form.add_error("email", str(error))
    purpose = "first_run" if link.purpose == Invitation.Purpose.FIRST_RUN else "welcome"
    status = 422 if form.is_bound else 200
    return render(request, "accounts/welcome.html", _told(link, purpose, form), status=status)


def _told(link: Invitation, purpose: str, form: PasswordForm | None) -> dict[str, Any]:
    return {"purpose": purpose, "form": form, "organization": link.organization, "email": link.address}


def _form(request: HttpRequest, link: Invitation) -> PasswordForm:
    data = request.POST if request.method == "POST" else None
    if link.purpose == Invitation.Purpose.FIRST_RUN:
        return FirstRunForm(data)
    return WelcomeForm(data, address=link.address)


def _use(link: Invitation, person: User | None, form: PasswordForm) -> User:
    language = translation.get_language() or "en"
    if isinstance(form, FirstRunForm):
        return actions.set_up(link, language=language, **form.cleaned_data)
    verb = inviting.join if link.purpose == Invitation.Purpose.JOIN else actions.accept
    return verb(link, person, language=language, **form.cleaned_data)


def _sign_in(request: HttpRequest, user: User) -> HttpResponse:
    """A fresh sign-in through allauth, so that its signals, session rules and later its second factor apply."""
    from allauth.account.models import Login

    response = flows.login.perform_login(request, Login(user=user, redirect_url="/"))
    response.delete_cookie(COOKIE, path=reverse("accounts:welcome"))
    return response
