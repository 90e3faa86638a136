"""A small Django project, set up once for every test that needs Django in this process."""
