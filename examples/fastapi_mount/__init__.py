"""
A help desk with a JSON interface, whose customers read their tickets by link.
"""
