"""
All that the agency had to write to share its projects with clients.

``kit.py`` puts sharekit together, ``sections.py`` says what of a project can be shown, ``rights.py``
who may share it; ``catalog.py`` and ``recipients.py`` keep sharekit in step with the agency's tables.
"""
