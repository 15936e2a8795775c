"""Ready agents, one a file."""
