"""Keeping recordings and forgetting them: by rule, on request, and with a record of it."""
