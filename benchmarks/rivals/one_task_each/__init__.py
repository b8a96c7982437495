"""What one writes first: a Celery task for each delivery that loads it, posts it with requests, and saves what came of it."""
