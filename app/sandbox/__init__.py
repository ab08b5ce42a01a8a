"""Stand-ins for the outside world, over real HTTP: a Xero organisation, and a small partner's app.

They are written from the outside world's own documentation and share no code with the product, so that a
misunderstanding on either side shows as a failure. Each keeps its state in memory and is driven by its own
control address; `app.sandbox.xero` and its neighbour can be started alone, together, or inside a test.
"""
