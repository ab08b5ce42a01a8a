"""Latency: from a change on one side until the other side shows it, with Xero at three speeds, idle and busy.

A time includes the sandbox's own work and the pause between two looks; our share of it is what is left without the
time of Xero's calls, which come one after the other: as many as the sandbox's log has, times its delay.
"""
