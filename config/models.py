"""No tables of its own; a models module is what makes Django send this app post_migrate (config/apps.py)."""
