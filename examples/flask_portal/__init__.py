"""
An agency's portal: a small Flask application that lets clients read their projects by links of sharekit.

Begin with ``sharing/``; the README beside this file is the guide.
"""
