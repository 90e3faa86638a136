"""
The portal in a Django project. Needs the extra ``django``.
"""
