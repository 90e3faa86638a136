"""
A law firm's case files: a Django project that shares them with its clients by read links.
"""
