"""Backups of a host: database and session profiles in one encrypted file, made while the workers run."""
