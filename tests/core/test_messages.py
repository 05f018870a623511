"""The generated requests against the service model that they come from."""

import msgspec
import pytest

from core import service_model
from core.messages import REQUESTS, STRUCTURES, WITHOUT_OUTPUT
from scripts import make_messages


def test_generating_again_gives_the_same_bytes():
    assert make_messages.TARGET.read_text() == make_messages.render()


def test_every_operation_of_the_model_has_a_request():
    assert tuple(REQUESTS) == service_model.operation_names()
    assert len(REQUESTS) == 56


@pytest.mark.parametrize("operation", service_model.operation_names())
def test_a_request_has_the_members_of_the_model(operation):
    request = REQUESTS[operation]
    assert request.__struct_encode_fields__ == tuple(service_model.input_members(operation))
    required = {field.encode_name for field in msgspec.structs.fields(request) if field.required}
    assert required == service_model.required_members(operation)


@pytest.mark.parametrize("operation", service_model.operation_names())
def test_a_request_hides_exactly_its_sensitive_members(operation):
    request = REQUESTS[operation]
    names = dict(zip(request.__struct_fields__, request.__struct_encode_fields__, strict=True))
    hidden = {names[field] for field in request.sensitive}
    assert hidden == service_model.sensitive_members(operation) & set(names.values())


def test_operations_without_an_output_shape_are_listed():
    assert {name for name in REQUESTS if service_model.output_shape(name) is None} == WITHOUT_OUTPUT


def test_a_sensitive_member_shows_in_no_representation():
    request = REQUESTS["Encrypt"](key_id="alias/payroll", plaintext=b"top secret")
    assert repr(request) == "EncryptRequest(key_id='alias/payroll', plaintext=<hidden>)"
    assert "secret" not in str(request.__rich_repr__()) + str(request) + f"{request!r}"


def test_a_sensitive_member_of_a_nested_structure_shows_in_no_representation():
    credential = STRUCTURES["XksProxyAuthenticationCredentialType"](
        access_key_id="A" * 20, raw_secret_access_key="s3cr3t"
    )
    request = REQUESTS["CreateCustomKeyStore"](
        custom_key_store_name="store", key_store_password="hunter22", xks_proxy_authentication_credential=credential
    )
    assert "s3cr3t" not in repr(request)
    assert "hunter22" not in repr(request)
    assert "AAAA" not in repr(request)


def test_a_request_cannot_be_changed():
    request = REQUESTS["DescribeKey"](key_id="alias/payroll")
    with pytest.raises(AttributeError):
        request.key_id = "alias/other"


@pytest.mark.parametrize(
    ("pattern", "expected"), [("^[a-z]+$", False), (None, True), ("^arn:.+$", True), ("[^a]", True), (r"\.x", False)]
)
def test_a_pattern_that_admits_astral_characters_is_recognised(pattern, expected):
    assert make_messages.may_leave_the_basic_plane(pattern) is expected
