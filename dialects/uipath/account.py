"""`/api/Account/Profile`: whose credential it is; clients that can't read a JWT learn the partition here (wire.md, A6)."""

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel

from accounts.permissions import Power
from dialects.uipath.reading import answer
from dialects.uipath.scopes import Needs, actor_in

router = Router(tags=["Account"])


class Profile(BaseModel):
    """Who calls."""

    partitionName: str
    partitionGlobalId: str
    userName: str
    name: str
    isAdmin: bool
    fullName: str


@router.get("/Profile", auth=Needs(), response=Profile, operation_id="Account_Profile")
def profile(request: HttpRequest) -> HttpResponse:
    """The robot, or the personal token."""
    actor = actor_in(request, "")
    return answer(
        {
            "partitionName": actor.home.slug,
            "partitionGlobalId": actor.home.public_id,
            "userName": actor.name,
            "name": actor.name,
            "isAdmin": actor.can(Power.WRITE_ROBOT_ACCOUNTS),
            "fullName": actor.name,
        }
    )
