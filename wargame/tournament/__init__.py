"""Tournaments: entrants, pairings, matches, ratings and the page that shows them."""
