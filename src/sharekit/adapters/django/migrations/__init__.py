"""
The history of sharekit's tables in a Django project.
"""
