"""Cards at the train stage."""
