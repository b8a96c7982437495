"""Photos and files on the page of a task: attach, look at, save, remove."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions import NotPossible
from accounts.permissions import Actor, ActorRequest, Power, requires
from accounts.refusals import NotValid
from workspaces import actions_attachments, downloads, pages, uploading
from workspaces.forms import TaskForm
from workspaces.models import Attachment, Task
from workspaces.storage import DISPLAY, THUMBNAIL
from workspaces.uploading import Broken, NoRoom, TooLarge, Upload


@csrf_exempt  # Asked below: Django's own middleware would read all files before anybody was asked who they are.
@requires(Power.WRITE_WORK)
@require_POST
def attach(request: ActorRequest, workspace: str, number: int) -> HttpResponseBase:
    """Several at once; those that can't be are named with what to do, the others are attached."""
    found = pages.find_task(request.actor, workspace, number)
    uploading.expect_files(request, pages.MOST_FILES)
    try:
        return _attach(request, found)
    except TooLarge:
        problem = _("Together these are too many or too large. Attach at most %(count)d at a time.")
        return _again(request, found, [problem % {"count": pages.MOST_FILES}], 413)
    except Broken:
        return _again(request, found, [_("Not everything arrived. Attach it again.")], 400)
    except NoRoom:
        return _again(request, found, [_("There is no room for files right now. Tell the operator.")], 503)


@csrf_protect
def _attach(request: ActorRequest, task: Task) -> HttpResponse:
    uploads = uploading.read_form(request).get("files", [])
    made, problems = _attach_each(request.actor, task, uploads)
    if not uploads:
        problems = [_("Choose a photo or file first.")]
    if made:
        words = ngettext("%(count)d is attached.", "%(count)d are attached.", made)
        messages.success(request, words % {"count": made})
    if problems:
        return _again(request, task, problems, 422)
    return redirect(_address(request, task) + "#attachments")


def _attach_each(actor: Actor, task: Task, uploads: list[Upload]) -> tuple[int, list[str]]:
    """How many were, and why the others were not. Raises Http404, NoRoom."""
    made, problems = 0, []
    for upload in uploads:
        try:
            with actions_attachments.stored(upload) as given:
                actions_attachments.attach(actor, task.public_id, given, unless_there=True)
        except TooLarge:
            most = settings.ATTACHMENT_MAX_SIZE // 1_000_000
            words = _("%(name)s is larger than %(most)d MB. Make it smaller and attach it again.")
            problems.append(words % {"name": upload.name[:200], "most": most})
        except (NotValid, NotPossible) as problem:
            problems.append(str(problem))
        else:
            made += 1
    return made, problems


def _again(request: ActorRequest, task: Task, problems: list[str], status: int) -> HttpResponse:
    form = TaskForm(task, pages.columns_of(task), pages.workers(task.workspace))
    told = pages.task_page(request.actor, task) | {"form": form, "problems": problems}
    return render(request, "workspaces/task.html", told, status=status)


def _address(request: ActorRequest, task: Task) -> str:
    return reverse("workspaces:task", args=[request.actor.home.slug, task.workspace.public_id, task.number])


def _find(request: ActorRequest, workspace: str, number: int, public_id: str) -> Attachment:
    rows = Attachment.objects.visible_to(request.actor).select_related("task__workspace")
    place = {"task__workspace__public_id": workspace, "task__number": number}
    found = rows.filter(public_id=public_id, **place).first()
    if found is None:
        raise Http404
    return found


@requires(Power.READ_WORK)
@require_GET
def download(request: ActorRequest, workspace: str, number: int, attachment: str) -> HttpResponseBase:
    """What was sent, to be saved."""
    return downloads.original(request, _find(request, workspace, number, attachment))


@requires(Power.READ_WORK)
@require_GET
def thumbnail(request: ActorRequest, workspace: str, number: int, attachment: str) -> HttpResponseBase:
    """The small picture that we drew."""
    return downloads.picture(request, _find(request, workspace, number, attachment), THUMBNAIL)


@requires(Power.READ_WORK)
@require_GET
def display(request: ActorRequest, workspace: str, number: int, attachment: str) -> HttpResponseBase:
    """The large one."""
    return downloads.picture(request, _find(request, workspace, number, attachment), DISPLAY)


@requires(Power.WRITE_WORK)
@require_http_methods(["GET", "POST"])
def remove(request: ActorRequest, workspace: str, number: int, attachment: str) -> HttpResponse:
    """GET: the button; POST: gone."""
    found = _find(request, workspace, number, attachment)
    if request.method == "GET":
        told = pages.task_page(request.actor, found.task) | {"attachment": found}
        return render(request, "workspaces/attachment_remove.html", told)
    try:
        actions_attachments.remove(request.actor, attachment)
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, _("%(name)s is removed.") % {"name": found.name})
    return redirect(_address(request, found.task) + "#attachments")
