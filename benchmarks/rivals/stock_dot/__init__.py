"""django-oauth-toolkit in a fresh Django project, with its own models."""
