"""Several pictures made one: layouts, slates, text."""
