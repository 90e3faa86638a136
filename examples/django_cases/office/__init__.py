"""
The office: clients, cases, and what is done on them.
"""
