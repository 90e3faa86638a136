"""A small host: one app with one model of its own, set up once for every test that needs Django in this process."""
