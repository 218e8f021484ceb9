"""Product families, one a file: a protocol turned into verbs."""
