"""Pages about people: their own account, second factors, user management, the record, the operator's."""

from tests.browser.acts import Page, choose, new_codes, press, send, unfold
from tests.cast import PASSWORD

PEOPLE_HERE, GROUPS_HERE, RECORD_HERE = "/o/halden/people/", "/o/halden/groups/", "/o/halden/record/"
MIA = PEOPLE_HERE + "{mia}/"

OWN = [
    Page("home-nowhere", "nobody", "/"),
    Page("home", "olga", "/"),
    Page("sign-out", "olga", "/accounts/logout/"),
    Page("password", "olga", "/accounts/password/change/"),
    Page(
        "password-bad",
        "olga",
        "/accounts/password/change/",
        200,
        send("/change/", oldpassword="a", password1="b"),
    ),
    Page("email", "olga", "/accounts/email/"),
    Page("email-bad", "olga", "/accounts/email/", 200, send("/email/", email="no address")),
    Page("reauthenticate", "olga", "/accounts/reauthenticate/"),
    Page("profile", "carl", "/profile/"),
    Page("profile-bad", "carl", "/profile/", 422, send("/profile/", name="Left \u202e right")),
    Page("profile-nowhere", "nobody", "/profile/"),
    Page("security", "mia", "/profile/security/"),
    Page("sessions", "olga", "/profile/sessions/"),
    Page("app-on", "olga", "/accounts/2fa/app/on/"),
    Page("app-on-bad", "olga", "/accounts/2fa/app/on/", 200, send("/app/on/", code="0")),
    Page("passkey-add", "olga", "/accounts/2fa/passkeys/add/"),
    Page("security-policy", "olga", "/o/halden/settings/security/"),
    Page(
        "security-policy-refused",
        "olga",
        "/o/halden/settings/security/",
        422,
        choose("/security/", "[name=second_factor]", "everyone"),
    ),
]
SECOND_FACTOR = [
    Page("security-factors", "kim", "/profile/security/"),
    Page("factor-asked", "visitor", "/accounts/login/", 200, send("/login/", login="kim@halden.example", password=PASSWORD)),
    Page("app-on", "olga", "/accounts/2fa/app/on/"),
    Page("app-on-bad", "olga", "/accounts/2fa/app/on/", 200, send("/on/", code="000000")),
    Page("app-off", "kim", "/accounts/2fa/app/off/"),
    Page("codes", "kim", "/accounts/2fa/recovery-codes/"),
    Page("codes-shown", "kim", "/accounts/2fa/recovery-codes/", 200, new_codes),
    Page("codes-new", "kim", "/accounts/2fa/recovery-codes/new/"),
    Page("passkey-add", "olga", "/accounts/2fa/passkeys/add/"),
    Page("security-passkey", "pat", "/profile/security/"),
    Page("passkey-rename", "pat", "/accounts/2fa/passkeys/{passkey}/rename/"),
    Page("passkey-remove", "pat", "/accounts/2fa/passkeys/{passkey}/remove/"),
    Page("proof-by-app", "kim", "/accounts/2fa/reauthenticate/"),
    Page("proof-by-mail", "plain", "/profile/proof/"),
    Page("operator", "kim", "/operator/"),
    Page("operator-organization", "kim", "/operator/organizations/{home}/"),
]
PEOPLE = [
    Page("people", "olga", PEOPLE_HERE),
    Page("people-member", "mia", PEOPLE_HERE),
    Page("people-no-match", "olga", PEOPLE_HERE + "?q=zzz"),
    Page("person", "olga", MIA),
    Page("person-self", "mia", MIA),
    Page("person-owner", "carl", PEOPLE_HERE + "{olga}/"),
    Page("person-deactivated", "olga", PEOPLE_HERE + "{dora}/"),
    Page("person-long", "olga", PEOPLE_HERE + "{lengthy}/"),
    Page("person-bad", "olga", MIA, 422, choose("/update/", "[name=role]:checked", "emperor")),
    Page("invite", "olga", "/o/halden/invite/"),
    Page("invite-bad", "olga", "/o/halden/invite/", 422, send("/invite/", addresses="mia@halden.example no-address")),
    Page("invitation-link", "olga", PEOPLE_HERE, 200, press("/link/")),
    Page("join", "visitor", "/welcome/{join}"),
    Page("deactivate", "olga", MIA + "deactivate/"),
    Page("reactivate", "olga", PEOPLE_HERE + "{dora}/reactivate/"),
    Page("remove", "olga", MIA + "remove/"),
    Page("leave", "mia", "/o/halden/leave/"),
    Page("leave-owner", "olga", "/o/halden/leave/"),
    Page("offer", "olga", PEOPLE_HERE + "{carl}/offer/"),
    Page("ownership", "carl", "/o/halden/ownership/"),
    Page("groups", "olga", GROUPS_HERE),
    Page("groups-create", "olga", GROUPS_HERE + "?create"),
    Page("groups-bad", "olga", GROUPS_HERE + "?create", 422, send("/groups/", name=" ")),
    Page("group", "olga", GROUPS_HERE + "{cameras}/"),
    Page("group-bad", "olga", GROUPS_HERE + "{cameras}/", 422, send("/update/", name=" ")),
    Page("group-everyone", "olga", GROUPS_HERE + "{everyone}/"),
    Page("group-delete", "olga", GROUPS_HERE + "{cameras}/delete/"),
    Page("policy", "olga", "/o/halden/settings/security/"),
]
RECORD = [
    Page("record", "olga", RECORD_HERE),
    Page("record-unfolded", "olga", RECORD_HERE, 200, unfold(".gh-line-fold:first-of-type")),
    Page("record-no-match", "olga", RECORD_HERE + "?q=zzz"),
    Page("record-bad", "olga", RECORD_HERE + "?since=yesterday", 422),
]
