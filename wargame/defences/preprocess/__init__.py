"""Cards at the preprocess stage."""
