"""Numbered steps that change the schema; app.services.schema runs them."""
