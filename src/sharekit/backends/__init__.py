"""The answers: stores that ship with sharekit, each imported by its full path."""
