"""
The verbs: the only rooms that change anything, one public file for each feature.

Public files do not import one another; what several need inside a transaction lives in the
private files beside them.
"""
