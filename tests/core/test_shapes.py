"""Reading requests and rendering answers: every constraint of the model is broken once."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import service_model
from core.crypto.key_specs import KeySpec
from core.errors import SerializationException, UnknownOperationException, ValidationException
from core.message import Message
from core.messages import REQUESTS, WITHOUT_OUTPUT
from core.shapes import NEVER_SHOWN, convert_request, decode_request, encode_response, epoch_seconds

YEARS = [datetime.fromisoformat(f"{year}-01-01") for year in (1970, 2100)]

# One text for each pattern of the model's inputs that is longer than the shape's minimum.
MATCHING = {
    "[0-9]{12}": "1" * 12,
    "^[A-Z2-7]+$": "A" * 20,
    "cluster-[2-7a-zA-Z]{11,16}": "cluster-" + "a" * 11,
    "^[a-f0-9]+$": "a" * 64,
    "^([a-z]+-){2,3}\\d+$": "eu-west-1",
    "^https://[a-zA-Z0-9.-]+$": "https://example.com",
    "^(/[a-zA-Z0-9\\/_-]+/kms/xks/v\\d{1,2})$|^(/kms/xks/v\\d{1,2})$": "/kms/xks/v1",
    "^(com|eu)\\.amazonaws\\.vpce\\.([a-z]+-){2,3}\\d+\\.vpce-svc-[0-9a-z]+$": (
        "eu.amazonaws.vpce.eu-west-1.vpce-svc-1"
    ),
    "^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$": "s3.amazonaws.com",
    "^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$": "arn:aws:s3::111122223333:bucket",
}


def good_value(shape_name):
    """A JSON value that satisfies a shape."""
    shape = service_model.shape(shape_name)
    match shape["type"]:
        case "structure":
            return {name: good_value(member) for name, member in service_model.members(shape_name).items()}
        case "list":
            return [good_value(shape["member"]["shape"])]
        case "map":
            return {"purpose": good_value(shape["value"]["shape"])}
        case "blob":
            return base64.b64encode(b"x" * max(shape.get("min", 0), 1)).decode()
        case "integer":
            return shape["min"]
        case "boolean":
            return True
        case "timestamp":
            return 1757670718.5
        case "string":
            if "enum" in shape:
                return shape["enum"][0]
            return MATCHING.get(shape.get("pattern"), "a" * max(shape.get("min", 0), 1))


def good_request(operation):
    return good_value(service_model.input_shape(operation))


def broken_values(shape_name):
    """(broken JSON value, the constraint it breaks, how the violation shows it) for each constraint of a shape."""
    shape = service_model.shape(shape_name)
    hidden = shape.get("sensitive") or shape["type"] == "blob" or shape_name in NEVER_SHOWN

    def row(value, constraint, shown=None):
        return value, constraint, "" if hidden else f"'{value if shown is None else shown}' "

    match shape["type"]:
        case "string":
            fill = "a" if "pattern" not in shape else MATCHING.get(shape["pattern"], "a")[-1]
            if shape.get("min"):
                short = fill * (shape["min"] - 1)
                yield row(short, f"Member must have length greater than or equal to {shape['min']}")
            if "max" in shape:
                long = fill * (shape["max"] + 1)
                yield row(long, f"Member must have length less than or equal to {shape['max']}")
            if "pattern" in shape:
                bad = "é☃" * max(1, (shape.get("min", 0) + 1) // 2)
                yield row(bad, f"Member must satisfy regular expression pattern: {shape['pattern']}")
            if "enum" in shape:
                yield row("NONSENSE", f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]")
        case "blob":
            if shape.get("min"):
                yield row("", f"Member must have length greater than or equal to {shape['min']}")
            long = base64.b64encode(bytes(shape["max"] + 1)).decode()
            yield row(long, f"Member must have length less than or equal to {shape['max']}")
        case "integer":
            yield row(shape["min"] - 1, f"Member must have value greater than or equal to {shape['min']}")
            yield row(shape["max"] + 1, f"Member must have value less than or equal to {shape['max']}")
        case "list" if "max" in shape:
            element = good_value(shape["member"]["shape"])
            if shape.get("min"):
                yield row([], f"Member must have length greater than or equal to {shape['min']}")
            many = [element] * (shape["max"] + 1)
            constraint = f"Member must have length less than or equal to {shape['max']}"
            yield row(many, constraint, f"[{', '.join(map(str, many))}]")


def replacements(shape_name, path=()):
    """(path of keys to a value, its shape name) for every value below a structure that may be broken."""
    for name, member in service_model.members(shape_name).items():
        shape = service_model.shape(member)
        yield (*path, name), member
        if shape["type"] == "structure":
            yield from replacements(member, (*path, name))
        if shape["type"] == "list":
            element = shape["member"]["shape"]
            yield (*path, name, 0), element
            if service_model.shape(element)["type"] == "structure":
                yield from replacements(element, (*path, name, 0))


def lower_camel_path(path):
    return ".".join(f"{part + 1}.member" if isinstance(part, int) else part[0].lower() + part[1:] for part in path)


def replaced(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


BROKEN = [
    pytest.param(operation, path, *broken, id=f"{operation}-{lower_camel_path(path)}-{broken[1][:44]}")
    for operation in service_model.operation_names()
    for path, shape_name in replacements(service_model.input_shape(operation))
    for broken in broken_values(shape_name)
]


@pytest.mark.parametrize(("operation", "path", "value", "constraint", "shown"), BROKEN)
def test_each_constraint_is_refused_in_aws_words(operation, path, value, constraint, shown):
    members = replaced(good_request(operation), path, value)
    violation = f"Value {shown}at '{lower_camel_path(path)}' failed to satisfy constraint: {constraint}"
    with pytest.raises(ValidationException) as refused:
        decode_request(operation, json.dumps(members).encode())
    assert violation in refused.value.message
    assert re.match(r"(1 validation error|[2-9] validation errors) detected: Value ", refused.value.message)


@pytest.mark.parametrize("operation", service_model.operation_names())
def test_both_doors_refuse_missing_required_members_alike(operation):
    required = service_model.required_members(operation)
    if not required:
        assert isinstance(decode_request(operation, b"{}"), Message)
        return
    members = dict.fromkeys(service_model.input_members(operation))
    messages = []
    for refusing in (
        lambda: decode_request(operation, b"{}"),
        lambda: decode_request(operation, json.dumps(members).encode()),
        lambda: convert_request(operation, {}),
    ):
        with pytest.raises(ValidationException) as refused:
            refusing()
        messages.append(refused.value.message)
    assert len(set(messages)) == 1
    noun = "error" if len(required) == 1 else "errors"
    assert messages[0].startswith(f"{len(required)} validation {noun} detected: ")
    for name in required:
        path = name[0].lower() + name[1:]
        assert f"Value null at '{path}' failed to satisfy constraint: Member must not be null" in messages[0]


@pytest.mark.parametrize("operation", service_model.operation_names())
def test_both_doors_read_a_full_request_alike(operation):
    members = good_request(operation)
    request = decode_request(operation, json.dumps(members).encode())
    assert type(request) is REQUESTS[operation]
    assert request == convert_request(operation, members)
    assert None not in [getattr(request, field) for field in request.__struct_fields__]


@pytest.mark.parametrize("operation", service_model.operation_names())
def test_null_is_absent(operation):
    required = service_model.required_members(operation)
    members = {name: value if name in required else None for name, value in good_request(operation).items()}
    bare = {name: value for name, value in members.items() if value is not None}
    assert decode_request(operation, json.dumps(members).encode()) == decode_request(
        operation, json.dumps(bare).encode()
    )


@pytest.mark.parametrize("operation", service_model.operation_names())
def test_unknown_members_are_ignored(operation):
    members = {**good_request(operation), "Zzz": {"a": [1, None]}, "keyid": 3}
    assert isinstance(decode_request(operation, json.dumps(members).encode()), Message)


@pytest.mark.parametrize(
    ("operation", "body", "message"),
    [
        ("GenerateRandom", b'{"NumberOfBytes": 1025}', "1 validation error detected: Value '1025' at 'numberOfBytes' "
         "failed to satisfy constraint: Member must have value less than or equal to 1024"),
        ("EnableKeyRotation", b'{"KeyId": "k", "RotationPeriodInDays": 2561}', "1 validation error detected: Value "
         "'2561' at 'rotationPeriodInDays' failed to satisfy constraint: Member must have value less than or equal to "
         "2560"),
        ("Encrypt", b'{"KeyId": "", "Plaintext": ""}', "2 validation errors detected: Value '' at 'keyId' failed to "
         "satisfy constraint: Member must have length greater than or equal to 1; Value at 'plaintext' failed to "
         "satisfy constraint: Member must have length greater than or equal to 1"),
        ("TagResource", b'{"KeyId": "k", "Tags": [{"TagKey": "", "TagValue": "v"}]}', "1 validation error detected: "
         "Value '' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length greater than or "
         "equal to 1"),
        ("CreateCustomKeyStore", b'{"CustomKeyStoreName": "n", "KeyStorePassword": "hunter"}', "1 validation error "
         "detected: Value at 'keyStorePassword' failed to satisfy constraint: Member must have length greater than or "
         "equal to 7"),
        ("UntagResource", b'{"KeyId": "k", "TagKeys": [null]}', "1 validation error detected: Value null at "
         "'tagKeys.1.member' failed to satisfy constraint: Member must not be null"),
        ("Encrypt", b'{"KeyId": "k", "Plaintext": "YQ==", "EncryptionContext": {"a": null}}', "1 validation error "
         "detected: Value null at 'encryptionContext.a.member' failed to satisfy constraint: Member must not be null"),
    ],
)  # fmt: skip
def test_known_texts(operation, body, message):
    with pytest.raises(ValidationException) as refused:
        decode_request(operation, body)
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", None),
        (b"not json", None),
        (b"[]", None),
        (b"null", None),
        (b'{"KeyId": "k"} trailing', None),
        (b'\xef\xbb\xbf{"KeyId": "k", "Plaintext": "YQ=="}', None),
        (b'{"KeyId": "\xff", "Plaintext": "YQ=="}', None),
        (b'{"KeyId": "\\ud800", "Plaintext": "YQ=="}', None),
        (b'{"KeyId": "k", "Plaintext": NaN}', None),
        (b'{"KeyId": "k", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", None),
        (b'{"KeyId": "k", "Plaintext": "YQ"}', None),
        (b'{"KeyId": "k", "Plaintext": "_-=="}', None),
        (b'{"KeyId": "k", "Plaintext": "YQ==\\n"}', None),
        (b'{"KeyId": "k", "Plaintext": "\xc3\xa9"}', None),
        (b'{"KeyId": 3, "Plaintext": "YQ=="}', "NUMBER_VALUE can not be converted to a String"),
        (b'{"KeyId": true, "Plaintext": "YQ=="}', "TRUE_VALUE can not be converted to a String"),
        (b'{"KeyId": {}, "Plaintext": "YQ=="}', "Start of structure or map found where not expected."),
        (b'{"KeyId": [], "Plaintext": "YQ=="}', "Start of list found where not expected."),
        (b'{"KeyId": "k", "Plaintext": 3}', "NUMBER_VALUE can not be converted to a Blob"),
        (b'{"KeyId": "k", "Plaintext": "YQ==", "DryRun": "true"}', "STRING_VALUE can not be converted to a Boolean"),
        (b'{"KeyId": "k", "Plaintext": "YQ==", "DryRun": 1}', "NUMBER_VALUE can not be converted to a Boolean"),
        (b'{"KeyId": "k", "Plaintext": "YQ==", "GrantTokens": "t"}', None),
        (b'{"KeyId": "k", "Plaintext": "YQ==", "EncryptionContext": []}', None),
        (
            b'{"KeyId": "k", "Plaintext": "YQ==", "EncryptionContext": {"a": false}}',
            "FALSE_VALUE can not be converted to a String",
        ),
        # A wrong type wins over a broken constraint.
        (b'{"KeyId": "", "Plaintext": "YQ=="  , "DryRun": "x"}', "STRING_VALUE can not be converted to a Boolean"),
    ],
)
def test_a_body_of_the_wrong_form_is_a_serialization_error(body, message):
    with pytest.raises(SerializationException) as refused:
        decode_request("Encrypt", body)
    assert refused.value.message == message


@pytest.mark.parametrize("number", [b'"1"', b"1.5", b"1.0", b"true", b"[]"])
def test_an_integer_is_nothing_else(number):
    with pytest.raises(SerializationException):
        decode_request("GenerateRandom", b'{"NumberOfBytes": ' + number + b"}")


@pytest.mark.parametrize(
    "instant", [b'"2026-01-01T00:00:00Z"', b"true", b"1e999", b"{}", b"1" * 400], ids=lambda text: text[:20].decode()
)
def test_a_timestamp_is_a_finite_number(instant):
    body = json.dumps({**good_request("ImportKeyMaterial"), "ValidTo": 0}).encode()
    with pytest.raises(SerializationException):
        decode_request("ImportKeyMaterial", body.replace(b'"ValidTo": 0', b'"ValidTo": ' + instant))


def test_a_timestamp_keeps_its_fraction():
    members = {**good_request("ImportKeyMaterial"), "ValidTo": 1757670718.562}
    assert decode_request("ImportKeyMaterial", json.dumps(members).encode()).valid_to == 1757670718.562


def test_numbers_in_an_encryption_context_are_read_as_they_were_written():
    body = b'{"KeyId": "k", "Plaintext": "YQ==", "EncryptionContext": {"a": 1, "b": 1.50, "c": -2e3, "d": "x"}}'
    request = decode_request("Encrypt", body)
    assert request.encryption_context == {"a": "1", "b": "1.50", "c": "-2e3", "d": "x"}
    members = {"KeyId": "k", "Plaintext": b"a", "EncryptionContext": {"a": 1}}
    assert convert_request("Encrypt", members).encryption_context == {"a": "1"}


@pytest.mark.parametrize("units", [2047, 2048])
def test_text_is_counted_in_utf16_units(units):
    good = "🔑" * (units // 2) + "k" * (units % 2)
    assert decode_request("DescribeKey", json.dumps({"KeyId": good}).encode()).key_id == good
    with pytest.raises(ValidationException, match="length less than or equal to 2048"):
        decode_request("DescribeKey", json.dumps({"KeyId": good + "🔑"}).encode())


def test_a_minimum_too_is_counted_in_utf16_units():
    members = {"CustomKeyStoreName": "n", "KeyStorePassword": "🔑" * 4}
    body = json.dumps(members).encode()
    assert decode_request("CreateCustomKeyStore", body).key_store_password == "🔑" * 4


def test_the_largest_plaintext_is_counted_in_decoded_bytes():
    body = {"KeyId": "k", "Plaintext": base64.b64encode(bytes(4096)).decode()}
    assert decode_request("Encrypt", json.dumps(body).encode()).plaintext == bytes(4096)


@pytest.mark.parametrize("name", ["a\n", "", "ключ", "a b"])
def test_a_pattern_covers_the_whole_text(name):
    members = {"AliasName": name, "TargetKeyId": "k"}
    with pytest.raises(ValidationException, match="regular expression pattern"):
        decode_request("CreateAlias", json.dumps(members).encode())


def test_word_characters_of_patterns_are_ascii():
    with pytest.raises(ValidationException, match="policyName"):
        decode_request("GetKeyPolicy", json.dumps({"KeyId": "k", "PolicyName": "défaut"}).encode())


def test_the_console_may_give_blobs_as_bytes_or_as_base64():
    assert convert_request("Encrypt", {"KeyId": "k", "Plaintext": b"a"}) == convert_request(
        "Encrypt", {"KeyId": "k", "Plaintext": "YQ=="}
    )


def test_bytes_are_no_text():
    with pytest.raises(SerializationException):
        convert_request("DescribeKey", {"KeyId": b"k"})


def test_a_violation_never_shows_a_sensitive_value():
    credential = {"AccessKeyId": "lower case secret", "RawSecretAccessKey": "s3cr3t!"}
    members = {"CustomKeyStoreName": "n", "XksProxyAuthenticationCredential": credential, "KeyStorePassword": "x"}
    with pytest.raises(ValidationException) as refused:
        convert_request("CreateCustomKeyStore", members)
    assert "secret" not in refused.value.message.lower().replace("rawsecretaccesskey", "")
    assert "s3cr3t" not in refused.value.message
    assert refused.value.message.startswith("5 validation errors detected: Value at 'keyStorePassword'")


@pytest.mark.parametrize(
    "members",
    [
        {"GrantTokens": ["planted-token"] * 11},
        {"GrantTokens": ["planted-token" * 1000]},
        {"GrantTokens": ["planted-token", ""]},
    ],
)
def test_a_violation_never_shows_a_grant_token(members):
    with pytest.raises(ValidationException, match="Value at 'grantTokens") as refused:
        convert_request("Encrypt", {"KeyId": "k", "Plaintext": b"a", **members})
    assert "planted" not in refused.value.message


@pytest.mark.parametrize("operation", ["", "encrypt", "Nonsense", "__class__"])
def test_an_unknown_operation_is_refused(operation):
    for reading in (lambda: decode_request(operation, b"{}"), lambda: convert_request(operation, {})):
        with pytest.raises(UnknownOperationException):
            reading()


# --- responses --------------------------------------------------------------------------------------------------------
def test_an_operation_without_output_answers_nothing():
    for operation in WITHOUT_OUTPUT:
        assert encode_response(operation, {}) == b""
    with pytest.raises(ValueError, match="EnableKey answers with an empty body"):
        encode_response("EnableKey", {"KeyId": "k"})


def test_an_empty_output_answers_an_empty_object():
    assert encode_response("ConnectCustomKeyStore", {}) == b"{}"


def test_an_answer_renders_bytes_instants_and_enumerations():
    created = datetime(2025, 9, 12, 9, 51, 58, 562_400, tzinfo=UTC)
    body = encode_response(
        "DescribeKey",
        {
            "KeyMetadata": {
                "Arn": "arn:aws:kms:eu-west-1:111122223333:key/k",
                "CreationDate": created,
                "ValidTo": datetime(2025, 9, 12, 9, 51, 58, tzinfo=timezone(timedelta(hours=2))),
                "KeySpec": KeySpec.RSA_2048,
                "Enabled": True,
                "DeletionDate": None,
                "SigningAlgorithms": ("A", "B"),
                "MultiRegionConfiguration": {"ReplicaKeys": [{"Region": "eu-west-2", "Arn": None}]},
            },
            "Blob": b"\x00\xff",
            "Absent": None,
            "Rotations": [],
        },
    )
    assert body == (
        b'{"KeyMetadata":{"Arn":"arn:aws:kms:eu-west-1:111122223333:key/k","CreationDate":1757670718.562,'
        b'"ValidTo":1757663518,"KeySpec":"RSA_2048","Enabled":true,"SigningAlgorithms":["A","B"],'
        b'"MultiRegionConfiguration":{"ReplicaKeys":[{"Region":"eu-west-2"}]}},"Blob":"AP8=","Rotations":[]}'
    )


def test_an_instant_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        epoch_seconds(datetime.fromisoformat("2025-09-12T00:00:00"))


@given(st.datetimes(*YEARS, timezones=st.just(UTC)))
def test_an_instant_keeps_its_milliseconds(instant):
    rendered = json.loads(encode_response("GetParametersForImport", {"ParametersValidTo": instant}))
    assert abs(rendered["ParametersValidTo"] - instant.timestamp()) <= 0.0005 + 1e-6


@given(
    st.binary(min_size=1, max_size=4096),
    st.dictionaries(st.text(), st.text(), max_size=4),
    st.text(min_size=1, max_size=64),
)
def test_a_request_survives_the_wire(plaintext, context, key_id):
    members = {"KeyId": key_id, "Plaintext": base64.b64encode(plaintext).decode(), "EncryptionContext": context}
    request = decode_request("Encrypt", json.dumps(members).encode())
    assert (request.key_id, request.plaintext, request.encryption_context) == (key_id, plaintext, context)


@given(st.binary(max_size=200))
def test_no_body_causes_any_other_error(body):
    try:
        decode_request("Encrypt", body)
    except (SerializationException, ValidationException):
        return
    raise AssertionError("random bytes were accepted")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(service_model.operation_names()), st.data())
def test_both_doors_judge_alike(operation, data):
    members = data.draw(
        st.fixed_dictionaries(
            {}, optional={n: json_values | st.just(good_request(operation)[n]) for n in good_request(operation)}
        )
    )

    def verdict(read, given_members):
        try:
            return read(operation, given_members)
        except (SerializationException, ValidationException) as refusal:
            return type(refusal)

    assert verdict(lambda o, m: decode_request(o, json.dumps(m).encode()), members) == verdict(convert_request, members)
