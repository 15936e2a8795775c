"""Self-play: pools of agents that grow by trained responses to each other's equilibrium."""
