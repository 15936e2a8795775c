"""Cards at the serve stage."""
