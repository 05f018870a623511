"""Argon2 with the least work that it takes: tests make hundreds of passwords, and none of them guards anything."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """The service's own hasher but for its cost; tests/architecture/test_settings.py looks at what the service has."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
