"""GET /metrics for Prometheus: what this process counted, and what the database holds for all of them.

exposition    the route, who may ask, and how fresh the answer is
families      what was read, in Prometheus's words
route_times   how long each route takes until it answers
"""
