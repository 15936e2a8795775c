"""The actions of `wargame tournament`: one file each."""
