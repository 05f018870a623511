"""DescribeKey: the metadata of a key. Source: API Reference, DescribeKey; presence of members: kms-semantics 4.2."""

from core.calls import Call
from core.messages import DescribeKeyRequest
from operations.key_time import key_time
from operations.metadata import key_metadata
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("DescribeKey", logged=("key_id",), resolve=by_key_id(aliases=True), quick=True)
def describe_key(call: Call, request: DescribeKeyRequest, key: KeySnapshot) -> Outcome:
    return Outcome(members={"KeyMetadata": key_metadata(key, key_time(call, key))})
