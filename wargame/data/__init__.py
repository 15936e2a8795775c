"""Data: the embedded terrain, downloads, and the user's own images."""
