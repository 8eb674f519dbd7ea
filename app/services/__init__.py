"""Verbs on the data: one transaction and one audit entry each, no web."""
