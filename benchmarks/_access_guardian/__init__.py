"""A Django application whose documents django-guardian guards, for `benchmarks/access.py`."""
