"""A board of tasks in Django REST framework, as its tutorial would have it."""
