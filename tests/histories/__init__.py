"""Random histories of the hub: two sides edited at random while every message may be lost, doubled or late.

`python -m tests.histories --runs 20000` runs many of them from a seed; a small part runs with every test run.
"""
