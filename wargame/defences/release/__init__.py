"""Cards at the release stage."""
