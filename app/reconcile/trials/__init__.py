"""Test transactions, run by the workers on a timer: `runner` claims them, `run` makes and compares, `cleaning` takes
away what was made, `steps` keeps each step before and after its call.
"""
