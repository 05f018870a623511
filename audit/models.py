"""The audit trail and the change log: the tables.

Records are slim (integers that point at names) and rendered in CloudTrail's shape when read; see performance.md 8.
"""

from typing import ClassVar

from django.db import models


class AuditName(models.Model):
    """A text that many records share: an event name, a Region, an identity, an address, an error code, an access key.

    Rows are never changed nor deleted, so a record keeps naming who acted after that user is gone.
    """

    kind = models.CharField(max_length=12)
    value = models.TextField()
    digest = models.BinaryField(max_length=16)  # of kind and value: keeps the unique index narrow

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["digest"], name="audit_name_unique")]
        indexes: ClassVar = [models.Index(fields=["kind"], name="audit_names_by_kind")]

    def __str__(self) -> str:
        return self.value


class AuditEvent(models.Model):
    """One record: an authenticated call, or something that the service did by itself.

    ``link`` is an HMAC over the record and the link of the record before it in the same chain, so that a record
    that was altered, removed or moved is found.
    """

    chain = models.PositiveSmallIntegerField()
    sequence = models.BigIntegerField()
    link = models.BinaryField(max_length=32)
    time_us = models.BigIntegerField()  # microseconds since the epoch, by the account's clock
    account = models.CharField(max_length=12)
    region = models.IntegerField()
    event = models.IntegerField()
    read_only = models.BooleanField()
    identity = models.IntegerField()
    access_key = models.IntegerField(null=True)
    source = models.IntegerField()
    agent = models.IntegerField()
    error = models.IntegerField(null=True)
    # The ARNs of the KMS keys concerned: names too, because records outlive keys.
    key = models.BigIntegerField(null=True)
    other_key = models.BigIntegerField(null=True)
    request_id = models.UUIDField()
    event_id = models.UUIDField()  # its first 48 bits are the time in milliseconds: found without an index of its own
    details = models.TextField()  # JSON of what cannot be derived

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chain", "sequence"], name="audit_chain_position"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "time_us"], name="audit_by_account"),
            # Event and error are in it so that the last successful use of a key is found without reading its other
            # records, which may be millions of DescribeKey.
            models.Index(fields=["key", "time_us", "id", "event", "error"], name="audit_by_key_and_use"),
            models.Index(
                fields=["other_key", "time_us"],
                condition=models.Q(other_key__isnull=False),
                name="audit_by_other_key",
            ),
            # The first page of the event history hides reads, which are nearly everything: reads cost nothing here.
            models.Index(
                fields=["account", "time_us"], condition=models.Q(read_only=False), name="audit_changes_by_account"
            ),
        ]

    def __str__(self) -> str:
        return str(self.event_id)


class AuditChain(models.Model):
    """The head of a chain of records: how many there are and the last link."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    length = models.BigIntegerField(default=0)
    head = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return str(self.id)


class ConfigVersion(models.Model):
    """A counter that every transaction that changes something adds 1 to. One row, id 1."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.version)


class Change(models.Model):
    """What a transaction touched, by configuration version: tells each process what to drop from its cache."""

    version = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    # Longest for an alias: account, Region and a name of 256 characters. PostgreSQL refuses what does not fit.
    object_id = models.CharField(max_length=320)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["version"], name="changes_by_version")]

    def __str__(self) -> str:
        return f"{self.version} {self.kind} {self.object_id}"
