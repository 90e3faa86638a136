"""
The doors: each translates one framework's requests and responses, and holds no rule about sharing.
"""
