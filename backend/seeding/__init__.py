"""Demonstration data: a made-up Bayannur, the same for the same size, seed and moment."""
