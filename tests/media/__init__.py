"""Sources, director, recorder."""
