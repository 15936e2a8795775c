"""Runs a stranger's program where it can reach nothing but its own folder and a scratch folder."""
