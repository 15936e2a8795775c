"""Turns artifacts into the numbers of a round: one module for each stretch of the walk."""
