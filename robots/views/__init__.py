"""Pages about robots: their owners' settings, and the holder's side."""
