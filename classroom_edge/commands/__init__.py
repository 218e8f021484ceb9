"""The body of each command of ``classroom-edge``, one module each, imported when it is used."""
