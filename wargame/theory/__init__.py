"""Game theory on measured payoffs: equilibria, exploitability, rankings, growing pools."""
