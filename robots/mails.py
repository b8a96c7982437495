"""What holders of a robot are told by mail; no secret and no hint in it."""

from django.conf import settings
from django.urls import reverse

from accounts import mail
from accounts.models import OutgoingMail
from robots.models import Robot, Share


def mail_holder(held: Share, kind: str = "robot_shared") -> OutgoingMail:
    """Tell the holder what was shared or renewed, with a link to sign in; no secret and no hint in it."""
    robot = held.robot
    url = settings.GATEHOUSE_URL + reverse("shared:robot", args=[robot.organization.slug, robot.public_id])
    told = {"sharer_name": held.shared_by_name, "robot_name": robot.name, "url": url, "url_words": url}
    return mail.post(kind, held.membership.user, told, robot.organization)


def mail_holders(robot: Robot, kind: str) -> None:
    """Tell everyone the robot is shared with."""
    for held in Share.objects.filter(robot=robot).select_related("membership__user"):
        held.robot = robot
        held.mail = mail_holder(held, kind)
        held.save(update_fields=["mail"])
