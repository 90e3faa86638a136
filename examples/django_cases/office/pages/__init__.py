"""
The pages for staff.
"""
