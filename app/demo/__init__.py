"""The demo: the main job, walked over HTTP between real processes on this machine, and then measured.

It knows Plumbline only as a partner does (REST, webhooks, the command line), and the two stand-ins only by
their control addresses; every step is asserted on both sides. `stage` starts what is needed, `story` is the
ten steps in order, `figures` measures, `screen` is all that is ever printed, `command` ties them together.
"""
