"""Overview, General, and the plain pages for everyone."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import actions, hooks
from accounts.forms import OrganizationForm
from accounts.models import Membership
from accounts.permissions import ActorRequest, Power, requires
from accounts.terms import paragraphs

YEAR = 365 * 24 * 3600


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """`/`: the person's first organization, or a page that says there is none."""
    first = (
        Membership.objects.current()
        .filter(user=request.user.pk)
        .select_related("organization")
        .order_by("pk")
    )
    if membership := first.first():
        return redirect("accounts:overview", org=membership.organization.slug)
    return render(request, "accounts/home.html")


@requires(Power.VIEW_ORGANIZATION)
@require_GET
def overview(request: ActorRequest) -> HttpResponse:
    """Counts and what needs a look."""
    told = {
        "cards": hooks.overview_cards.rows(request.actor),
        "attention": hooks.overview_attention.rows(request.actor),
    }
    return render(request, "accounts/overview.html", told)


@requires(Power.MANAGE_ORGANIZATION)
@require_http_methods(["GET", "POST"])
def general(request: ActorRequest) -> HttpResponse:
    """Settings, General: the organization's name."""
    organization = request.actor.home
    form = OrganizationForm(request.POST if request.method == "POST" else None, organization=organization)
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename(request.actor, organization, **form.cleaned_data)
        except actions.NotPossible as problem:
            form = form.refreshed(str(problem))
        else:
            messages.success(request, _("The organization is now called %(name)s.") % form.cleaned_data)
            return redirect("accounts:general", org=organization.slug)
    status = 422 if form.is_bound else 200
    return render(
        request, "accounts/general.html", {"form": form, "organization": organization}, status=status
    )


@login_not_required
@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    """The API terms of use; which version an owner ticked is recorded."""
    told = {"paragraphs": paragraphs(), "version": settings.API_TERMS_VERSION}
    return render(request, "accounts/terms.html", told)


@login_not_required
@require_GET
def help_oauth(request: HttpRequest) -> HttpResponse:
    """OAuth1 and OAuth2 compared, with the reader's own addresses."""
    told = {"base_url": settings.GATEHOUSE_URL, "token_url": settings.GATEHOUSE_URL + "/oauth2/token"}
    return render(request, "accounts/help_oauth.html", told)


def _back(request: HttpRequest) -> HttpResponse:
    """To the page the form was on, if it is one of ours."""
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    return redirect(there if safe and there.startswith("/") else "/")


def _cookie(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax")


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system has it; a cookie of this browser."""
    response = _back(request)
    chosen = request.POST.get("theme", "")
    if chosen in ("light", "dark"):
        _cookie(response, "theme", chosen)
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """The reader's language: a cookie, and the person's own if signed in (mails are written in it)."""
    response = _back(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        _cookie(response, settings.LANGUAGE_COOKIE_NAME, chosen)
        if request.user.is_authenticated:
            actions.choose_language(request.user, chosen)
    return response
