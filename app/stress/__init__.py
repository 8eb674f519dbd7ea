"""Many tenants at once, made and used from outside, and whether each stayed apart from the others."""
