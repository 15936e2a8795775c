"""Cards at the transmit stage."""
