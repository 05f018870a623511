"""ListResourceTags: the tags of a key, at most 50 a page. Source: API Reference, ListResourceTags."""

from core.calls import Call
from core.messages import ListResourceTagsRequest
from keys import queries
from operations.paging import page_size, paged, read_position
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("ListResourceTags", logged=("key_id", "limit", "marker"), resolve=by_key_id())
def list_resource_tags(call: Call, request: ListResourceTagsRequest, key: KeySnapshot) -> Outcome:
    size = page_size(request.limit, default=50, maximum=50)
    after = read_position("ListResourceTags", call, request.marker, key.key_id)
    rows = queries.tags_page(key.pk, after, size + 1)
    items = [{"TagKey": row.tag_key, "TagValue": row.tag_value} for row in rows]
    return Outcome(
        members=paged("ListResourceTags", call, "Tags", items, [row.tag_key for row in rows], size, key.key_id)
    )
