"""The live screen of a tournament."""
