"""
The tests of the project: ``python manage.py test office``.
"""
