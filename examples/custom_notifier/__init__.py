"""
A notifier that hands letters to the program ``sendmail``.
"""
