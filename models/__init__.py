"""Victim models, one a file: `build` and `features`."""
