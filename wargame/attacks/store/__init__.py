"""Cards at the store stage."""
