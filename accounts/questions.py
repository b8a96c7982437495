"""Small questions about an organization that several pages ask."""

from accounts.models import Membership, Organization, Role


def owners(organization: Organization | None) -> list[Membership]:
    """The owner and the co-owners, the owner first."""
    found = (
        Membership.objects.current()
        .select_related("user", "organization")
        .filter(organization=organization, role=Role.CO_OWNER)
    )
    return sorted(found, key=lambda membership: (not membership.is_owner, str(membership.user)))


def whom_to_ask(organization: Organization | None) -> list[dict[str, str]]:
    """Names and addresses of the owners, for refusals."""
    return [{"name": str(row.user), "email": row.user.email} for row in owners(organization)]
