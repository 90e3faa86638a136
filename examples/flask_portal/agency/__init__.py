"""
The agency's own application, as it was before anything was shared: its tables, and what is done with them.

Nothing here knows of sharekit.
"""
