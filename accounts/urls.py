"""Addresses of the ground floor; below `/o/<org>/` in `organization_urls`."""

from django.urls import path

from accounts.views import (
    asking,
    connect,
    groups,
    leaving,
    operator,
    operator_connect,
    outbox,
    ownership,
    pages,
    people,
    policy,
    profile,
    record,
    security,
    sessions,
    welcome,
)

app_name = "accounts"
urlpatterns = [
    path("", pages.home, name="home"),
    path("welcome/", welcome.welcome, name="welcome"),
    path("welcome/<str:code>/", welcome.open_link, name="open_link"),
    path("terms/api/", pages.terms, name="terms"),
    path("help/robots/oauth/", pages.help_oauth, name="help_oauth"),
    path("theme/", pages.theme, name="theme"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<str:name>/", outbox.outbox_mail, name="outbox_mail"),
    path("outbox/<str:name>/html/", outbox.outbox_html, name="outbox_html"),
    path("profile/", profile.mine, name="profile"),
    path("profile/security/", security.security, name="security"),
    path("profile/proof/", security.mailed_proof, name="mailed_proof"),
    path("profile/sessions/", sessions.listed, name="sessions"),
    path("profile/sessions/others/end/", sessions.end_others, name="end_sessions"),
    path("profile/sessions/<str:session>/end/", sessions.end, name="end_session"),
    path("operator/", operator.home, name="operator"),
    path("operator/test-mail/", operator.test_mail, name="operator_test_mail"),
    path("operator/organizations/<str:organization>/", operator.organization, name="operator_organization"),
    path(
        "operator/organizations/<str:organization>/connect/<str:connect>/",
        operator_connect.page,
        name="operator_connect",
    ),
    *(
        path(
            f"operator/organizations/<str:organization>/connect/<str:connect>/{verb.__name__}/",
            verb,
            name=f"operator_connect_{verb.__name__}",
        )
        for verb in (
            operator_connect.take,
            operator_connect.question,
            operator_connect.grant,
            operator_connect.decline,
        )
    ),
    path("o/<slug:org>/", pages.overview, name="overview"),
    path("o/<slug:org>/settings/security/", policy.security, name="policy"),
    path("o/<slug:org>/settings/connect/", connect.connect, name="connect"),
    path("o/<slug:org>/settings/connect/update/", connect.update, name="connect_update"),
    path("o/<slug:org>/settings/connect/withdraw/", connect.withdraw, name="connect_withdraw"),
    path("o/<slug:org>/record/", record.record, name="record"),
    path("o/<slug:org>/record/check/", record.record_check, name="record_check"),
    path("o/<slug:org>/record/verify/", record.record_verify, name="record_verify"),
    path("o/<slug:org>/record/export/", record.record_export, name="record_export"),
    path("o/<slug:org>/settings/general/", pages.general, name="general"),
    path("o/<slug:org>/people/", people.people, name="people"),
    path("o/<slug:org>/invite/", people.invite, name="invite"),
    path(
        "o/<slug:org>/invitations/<str:invitation>/again/", people.invitation_again, name="invitation_again"
    ),
    path(
        "o/<slug:org>/invitations/<str:invitation>/revoke/",
        people.invitation_revoke,
        name="invitation_revoke",
    ),
    path("o/<slug:org>/invitations/<str:invitation>/link/", people.invitation_link, name="invitation_link"),
    path("o/<slug:org>/people/<str:person>/", people.person, name="person"),
    path("o/<slug:org>/people/<str:person>/update/", people.person_update, name="person_update"),
    path("o/<slug:org>/people/<str:person>/deactivate/", leaving.deactivate, name="deactivate"),
    path("o/<slug:org>/people/<str:person>/reactivate/", leaving.reactivate, name="reactivate"),
    path("o/<slug:org>/people/<str:person>/remove/", leaving.remove, name="remove"),
    path("o/<slug:org>/people/<str:person>/offer/", ownership.offer, name="offer"),
    path("o/<slug:org>/ownership/", ownership.page, name="ownership"),
    path("o/<slug:org>/ownership/end/", ownership.end, name="ownership_end"),
    # Not below people/: there it would stand where an id could.
    path("o/<slug:org>/api-access/ask/", asking.ask_for_api_access, name="ask_for_api_access"),
    path("o/<slug:org>/leave/", leaving.leave, name="leave"),
    path("o/<slug:org>/groups/", groups.groups, name="groups"),
    path("o/<slug:org>/groups/<str:group>/", groups.group, name="group"),
    path("o/<slug:org>/groups/<str:group>/update/", groups.update, name="group_update"),
    path("o/<slug:org>/groups/<str:group>/people/", groups.people, name="group_people"),
    path("o/<slug:org>/groups/<str:group>/delete/", groups.delete, name="group_delete"),
]
