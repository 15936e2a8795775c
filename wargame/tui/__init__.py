"""The full-screen terminal face, in Textual; nothing heavy runs in its process."""
