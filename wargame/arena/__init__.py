"""The game as environments for learning: PettingZoo for both sides, Gymnasium for one."""
