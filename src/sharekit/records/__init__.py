"""
The nouns: frozen values with invariants, one file for each feature.

A record never reads, writes or saves anything, and it cannot be made in a state that makes no sense.
"""
