"""A law firm's case files: a host that shares them by sharekit."""
