"""
The judges: pure functions that decide on facts they are given and fetch nothing.

Everything they do not know is denied.
"""
