"""Errors that a user can cause and should be able to read."""


class WargameError(Exception):
    """A user-facing error: one clear sentence, exit code 2."""


class Cancelled(Exception):  # noqa: N818  (it is a decision, not a fault)
    """The work in progress was called off; nothing half-made is kept."""
