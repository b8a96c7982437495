"""allauth.idp.oidc in a fresh Django project, with a fast hasher: what we have installed and do not use for this."""
