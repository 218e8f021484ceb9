"""Interactive panels on the wire: one module for each family of frames, `FAMILIES` names them."""
