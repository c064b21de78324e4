"""Doors for companies with a telephone system of their own: the same dialogue, spoken by their platform."""
