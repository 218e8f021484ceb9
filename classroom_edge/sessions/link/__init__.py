"""The link between a hub and its sites: sites dial out, keys say who they are.

What both ends say and when is pure (`hub_end`, `site_end`: messages and the time go in, effects
come out); `hub` and `site` put it on ZeroMQ sockets with CURVE; `doorman` lets in by key, and
`desk`, `codes` and `enrolling` bring a new site its hub's key, and the hub the site's.
"""
