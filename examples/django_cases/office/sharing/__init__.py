"""
Everything that the firm wrote to share its cases.
"""
