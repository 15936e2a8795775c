"""One card a file, grouped by stage; no registry."""
