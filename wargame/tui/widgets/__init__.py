"""Widgets: each takes data and emits messages, and knows no app."""
