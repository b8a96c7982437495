"""Doors for people: owners and co-owners only."""
