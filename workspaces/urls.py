"""`/o/<org>/workspaces/…`."""

from django.urls import path

from workspaces.views import attachments, tasks, workspaces

app_name = "workspaces"
ATTACHMENT = "<str:workspace>/tasks/<int:number>/attachments/<str:attachment>"
urlpatterns = [
    path("", workspaces.workspaces, name="list"),
    path("<str:workspace>/", workspaces.workspace, name="workspace"),
    path("<str:workspace>/add/", workspaces.add_task, name="add_task"),
    path("<str:workspace>/settings/", workspaces.settings, name="settings"),
    path("<str:workspace>/members/add/", workspaces.add_member, name="add_member"),
    path("<str:workspace>/members/<str:person>/remove/", workspaces.remove_member, name="remove_member"),
    path("<str:workspace>/archive/", workspaces.archive, name="archive"),
    path("<str:workspace>/restore/", workspaces.restore, name="restore"),
    path("<str:workspace>/delete/", workspaces.delete, name="delete"),
    path("<str:workspace>/tasks/<int:number>/", tasks.task, name="task"),
    path("<str:workspace>/tasks/<int:number>/update/", tasks.update, name="task_update"),
    path("<str:workspace>/tasks/<int:number>/delete/", tasks.delete, name="task_delete"),
    path("<str:workspace>/tasks/<int:number>/attach/", attachments.attach, name="attach"),
    path(f"{ATTACHMENT}/", attachments.download, name="download"),
    path(f"{ATTACHMENT}/thumbnail/", attachments.thumbnail, name="thumbnail"),
    path(f"{ATTACHMENT}/display/", attachments.display, name="display"),
    path(f"{ATTACHMENT}/remove/", attachments.remove, name="attachment_remove"),
]
