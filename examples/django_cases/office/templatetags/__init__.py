"""
How the pages for staff write times.
"""
