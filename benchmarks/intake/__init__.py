"""Intake: what one API process takes in a second, each on disk before its answer, beside two ways without Plumbline.

    opponents   a bare endpoint that verifies and stores nothing; a hand-written one with one insert per request
    prepared    requests, signed beforehand, each about another thing
    seed        the partner and the connections that they are of
    group       the rounds

Load comes over 32 connections. After each round what is stored is counted: nothing that was answered may be missing,
and no more may be there than was on its way when the load ended.
"""
