"""Cards at the collect stage."""
