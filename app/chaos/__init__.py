"""Faults at random, by a seed, while customers write; and an account of every line at the end."""
