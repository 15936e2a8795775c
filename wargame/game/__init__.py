"""The game: scenario, board, view, agent, match, report and record; nothing here knows tensors."""
