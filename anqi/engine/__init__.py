"""The engine: what a loan looks like on a day, from its terms and its facts; pure, standard library only."""
