"""Tracking without the ORM: links out, visits in. Import the modules by name."""
