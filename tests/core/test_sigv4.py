"""Signatures: AWS's published vectors, botocore's signer as the other implementation, and every refusal."""

import hashlib
import hmac
import string
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from core import sigv4
from core.errors import IncompleteSignatureException, InvalidSignatureException, MissingAuthenticationTokenException

ACCESS_KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
CREDENTIALS = Credentials(ACCESS_KEY_ID, SECRET)
MISMATCH = "The request signature we calculated does not match the signature you provided."
HEX = "0123456789abcdef" * 4
HEAD = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/kms/aws4_request, SignedHeaders=host;x-amz-date, "
AT_NOON = datetime(2015, 8, 30, 12, 36, tzinfo=UTC).timestamp()


class Signed:
    """A request that botocore has signed, as a server sees it."""

    def __init__(self, method, url, headers=None, body=b"", service="kms", signer=SigV4Auth, token=None, **options):
        request = AWSRequest(method, url, headers=headers or {}, data=body)
        signer(Credentials(ACCESS_KEY_ID, SECRET, token), service, "eu-west-1", **options).add_auth(request)
        parts = urlsplit(request.url)
        self.service = service
        self.facts = {
            "method": method,
            "path": parts.path or "/",
            "query": parts.query,
            "headers": {"host": parts.netloc, **{name.lower(): value for name, value in request.headers.items()}},
            "body": body,
        }
        self.signature = sigv4.read_signature(self.facts["headers"], self.facts["query"])
        date = self.signature.signed_at or self.facts["headers"]["x-amz-date"]
        self.now = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()

    def verify(self, signature=None, key=None, now=None, **changes):
        scope = self.signature.scope
        sigv4.verify(
            signature or self.signature,
            key or sigv4.derive_signing_key(SECRET, scope.date, "eu-west-1", self.service),
            now=self.now if now is None else now,
            **{**self.facts, **changes},
        )


def encrypt(**options):
    headers = {"X-Amz-Target": "TrentService.Encrypt", "Content-Type": "application/x-amz-json-1.1"}
    return Signed("POST", "https://kms.eu-west-1.amazonaws.com/", headers, b'{"KeyId":"k"}', **options)


def presigned(expires=60):
    url = "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
    return Signed("GET", url, {"x-k8s-aws-id": "lab"}, service="sts", signer=SigV4QueryAuth, expires=expires)


# --- known answers ----------------------------------------------------------------------------------------------------
def test_the_signing_key_of_the_iam_user_guide_is_derived():
    key = sigv4.derive_signing_key(SECRET, "20150830", "us-east-1", "iam")
    assert key.hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"


@pytest.mark.parametrize(
    ("method", "query", "value"),
    [
        ("GET", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("GET", "Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ],
)
def test_the_published_test_suite_verifies(method, query, value):
    """Source: AWS Signature Version 4 test suite: get-vanilla, post-vanilla, get-vanilla-query-order-key-case."""
    header = (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={value}"
    )
    headers = {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z", "authorization": header}
    key = sigv4.derive_signing_key(SECRET, "20150830", "us-east-1", "service")
    sigv4.verify(
        sigv4.read_signature(headers, query),
        key,
        method=method,
        path="/",
        query=query,
        headers=headers,
        body=b"",
        now=AT_NOON,
    )


# --- the other implementation -----------------------------------------------------------------------------------------
segments = st.lists(st.text(string.ascii_letters + string.digits + "-_.~ é/%+=", max_size=8), max_size=4)
parameters = st.dictionaries(st.text(min_size=1, max_size=6), st.text(max_size=6), max_size=4)
header_values = st.text(string.ascii_letters + string.digits + " ,;=/\t", max_size=20).map(str.strip)
header_names = st.sampled_from(["X-Amz-Target", "X-Amz-Meta-Note", "Content-Type", "X-Custom", "Accept"])


@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    segments,
    parameters,
    st.dictionaries(header_names, header_values),
    st.binary(max_size=100),
    st.sampled_from([SigV4Auth, SigV4QueryAuth]),
    st.sampled_from([None, "session+token/=="]),
)
def test_whatever_botocore_signs_verifies(method, path, query, headers, body, signer, token):
    encoded = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query.items())
    url = f"https://kms.eu-west-1.amazonaws.com/{'/'.join(quote(part, safe='') for part in path)}?{encoded}"
    if signer is SigV4QueryAuth:
        body = b""  # botocore moves the members of a body into the query
    signed = Signed(method, url, headers, body, signer=signer, token=token)
    signed.verify()
    with pytest.raises(InvalidSignatureException, match=MISMATCH):
        signed.verify(body=body + b"x")


def test_a_signed_encrypt_verifies():
    encrypt().verify()


def test_a_presigned_sts_call_verifies():
    presigned().verify()


def test_an_sts_form_verifies():
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    Signed("POST", "https://sts.amazonaws.com/", headers, b"Action=GetCallerIdentity", service="sts").verify()


def test_the_security_token_of_a_presigned_url_is_read():
    signed = Signed("GET", "https://sts.amazonaws.com/", service="sts", signer=SigV4QueryAuth, token="T+/=", expires=9)
    signed.verify()
    assert signed.signature.security_token == "T+/="


def test_blanks_of_a_header_do_not_matter():
    signed = encrypt()
    target = signed.facts["headers"]["x-amz-target"]
    signed.verify(headers={**signed.facts["headers"], "x-amz-target": f"  {target}\t"})


def test_a_header_may_hold_bytes_beyond_ascii():
    signed = encrypt()
    text = "Ключ à".encode().decode("latin-1")
    headers = {**signed.facts["headers"], "x-amz-note": text}
    names = (*signed.signature.scope.signed_headers, "x-amz-note")
    with pytest.raises(InvalidSignatureException, match="'X-Amz-Note' must be a 'SignedHeader'"):
        signed.verify(headers=headers)
    header = signed.facts["headers"]["authorization"].replace(
        ";".join(signed.signature.scope.signed_headers), ";".join(sorted(names))
    )
    with pytest.raises(InvalidSignatureException, match=MISMATCH):
        signed.verify(sigv4.parse_authorization(header), headers=headers)
    with pytest.raises(InvalidSignatureException, match=MISMATCH):
        signed.verify(sigv4.parse_authorization(header), headers={**headers, "x-amz-note": "Ключ"})


# --- tampering --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("make", [encrypt, presigned])
@pytest.mark.parametrize("position", range(64))
def test_a_signature_with_one_other_digit_is_refused(make, position):
    signed = make()
    digits = list(signed.signature.value)
    digits[position] = "0" if digits[position] != "0" else "1"
    altered = sigv4.Signature(signed.signature.scope, "".join(digits), signed.signature.signed_at, 60)
    with pytest.raises(InvalidSignatureException, match=MISMATCH):
        signed.verify(altered)


@given(st.data())
def test_one_flipped_bit_of_the_body_is_refused(data):
    signed = encrypt()
    body = bytearray(signed.facts["body"])
    body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(InvalidSignatureException, match=MISMATCH):
        signed.verify(body=bytes(body))


@pytest.mark.parametrize("name", ["host", "x-amz-target", "content-type"])
def test_an_altered_signed_header_is_refused(name):
    signed = encrypt()
    headers = signed.facts["headers"]
    for altered in ({**headers, name: headers[name] + "x"}, {n: v for n, v in headers.items() if n != name}):
        with pytest.raises(InvalidSignatureException):
            signed.verify(headers=altered)


@pytest.mark.parametrize("change", [{"method": "GET"}, {"path": "/x"}, {"query": "a=b"}, {"key": bytes(32)}])
def test_an_altered_request_is_refused(change):
    with pytest.raises(InvalidSignatureException, match=MISMATCH):
        encrypt().verify(**change)


@pytest.mark.parametrize("added", ["&a=b", "&=b", "&X%2DAmz-Note=1"])
def test_a_parameter_added_to_a_presigned_url_is_refused(added):
    signed = presigned()
    with pytest.raises(InvalidSignatureException, match=MISMATCH):
        signed.verify(query=signed.facts["query"] + added)


def test_only_a_presigned_url_may_hold_a_signature_parameter():
    signed = encrypt()
    with pytest.raises(InvalidSignatureException, match=MISMATCH):
        signed.verify(query="X-Amz-Signature=0")
    with pytest.raises(IncompleteSignatureException, match="one signature"):
        sigv4.read_signature(signed.facts["headers"], "X-Amz-Signature=0")


def test_the_target_header_must_be_signed():
    signed = Signed("POST", "https://kms.eu-west-1.amazonaws.com/", body=b"{}")
    signed.verify()
    with pytest.raises(InvalidSignatureException, match="'X-Amz-Target' must be a 'SignedHeader'"):
        signed.verify(headers={**signed.facts["headers"], "x-amz-target": "TrentService.DeleteAlias"})


def test_the_host_must_be_signed():
    signed = encrypt()
    header = HEAD.replace("host;", "") + f"Signature={HEX}"
    with pytest.raises(InvalidSignatureException, match="'Host' must be a 'SignedHeader'"):
        signed.verify(sigv4.parse_authorization(header), headers={"host": "h", "x-amz-date": "20150830T123600Z"},
                      now=AT_NOON)  # fmt: skip


def signed_by_hand(headers, body=b""):
    """(signature, key, facts) of a GET at noon with all its headers signed, made without any signer."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"GET\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/kms/aws4_request\n{digest}"
    key = sigv4.derive_signing_key(SECRET, "20150830", "us-east-1", "kms")
    value = hmac.digest(key, to_sign.encode(), "sha256").hex()
    signature = sigv4.parse_authorization(HEAD.replace("host;x-amz-date", names) + f"Signature={value}")
    return signature, key, {"method": "GET", "path": "/", "query": "", "headers": headers, "body": body, "now": AT_NOON}


@pytest.mark.parametrize("stated", ["UNSIGNED-PAYLOAD", "0" * 64, hashlib.sha256(b"other").hexdigest()])
def test_a_stated_body_hash_must_be_the_hash_of_the_body(stated):
    headers = {"host": "h", "x-amz-date": "20150830T123600Z"}
    body_hash = hashlib.sha256(b"{}").hexdigest()
    signature, key, facts = signed_by_hand({**headers, "x-amz-content-sha256": body_hash}, b"{}")
    sigv4.verify(signature, key, **facts)
    signature, key, facts = signed_by_hand({**headers, "x-amz-content-sha256": stated}, b"{}")
    with pytest.raises(InvalidSignatureException, match=MISMATCH):
        sigv4.verify(signature, key, **facts)
    # botocore hashes what the header states instead of the body.
    with pytest.raises(InvalidSignatureException, match=MISMATCH):
        Signed("POST", "https://kms/", {"X-Amz-Content-SHA256": stated}, b"{}").verify()


# --- time -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("skew", [-300, 0, 300])
def test_a_clock_may_be_five_minutes_off(skew):
    signed = encrypt()
    signed.verify(now=signed.now + skew)


def vanilla(now):
    """The published vector, at another time."""
    headers = {
        "host": "example.amazonaws.com",
        "x-amz-date": "20150830T123600Z",
        "authorization": HEAD.replace("/kms/", "/service/")
        + "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    }
    key = sigv4.derive_signing_key(SECRET, "20150830", "us-east-1", "service")
    signature = sigv4.read_signature(headers, "")
    sigv4.verify(signature, key, method="GET", path="/", query="", headers=headers, body=b"", now=now)


def test_an_old_signature_is_refused_in_aws_words():
    vanilla(AT_NOON + 300)
    with pytest.raises(InvalidSignatureException) as refused:
        vanilla(AT_NOON + 301)
    assert refused.value.message == (
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)"
    )


def test_a_future_signature_is_refused_in_aws_words():
    vanilla(AT_NOON - 300)
    with pytest.raises(InvalidSignatureException) as refused:
        vanilla(AT_NOON - 301)
    assert refused.value.message == (
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)"
    )


def test_a_presigned_url_lives_as_long_as_it_says():
    signed = presigned(expires=3600)
    signed.verify(now=signed.now + 3600)
    with pytest.raises(InvalidSignatureException, match=r"Signature expired: .* - 60 min\.\)"):
        signed.verify(now=signed.now + 3601)
    with pytest.raises(InvalidSignatureException, match=r"Signature expired: .* - 61 sec\.\)"):
        presigned(expires=61).verify(now=signed.now + 100)


def test_a_date_header_may_stand_for_the_x_amz_date():
    signature, key, facts = signed_by_hand({"host": "h", "date": "Sun, 30 Aug 2015 12:36:00 GMT"})
    sigv4.verify(signature, key, **facts)
    unsigned, key, _ = signed_by_hand({"host": "h"})
    with pytest.raises(InvalidSignatureException, match="'Date' must be a 'SignedHeader'"):
        sigv4.verify(unsigned, key, **facts)


@pytest.mark.parametrize("date", ["20150830T123600", "20150830T126000Z", "20151330T123600Z", "20150830T123600Z ", ""])
def test_a_date_of_another_form_is_refused(date):
    signature = sigv4.parse_authorization(HEAD.replace("/20150830/", f"/{date[:8] or 'x'}/") + f"Signature={HEX}")
    headers = {"host": "h", "x-amz-date": date}
    with pytest.raises((IncompleteSignatureException, InvalidSignatureException)):
        sigv4.verify(signature, b"", method="GET", path="/", query="", headers=headers, body=b"", now=AT_NOON)


def test_the_day_of_the_scope_must_be_the_day_of_the_request():
    signed = encrypt()
    header = signed.facts["headers"]["authorization"].replace(signed.signature.scope.date, "20150830")
    with pytest.raises(InvalidSignatureException, match="Date in Credential scope does not match YYYYMMDD"):
        signed.verify(sigv4.parse_authorization(header))


# --- scope ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("region", "services", "message"),
    [
        ("us-east-1", ("kms",), "Credential should be scoped to a valid region. "),
        ("eu-west-1", ("sts",), "Credential should be scoped to correct service: 'sts'. "),
        (
            "us-east-1",
            ("iam", "sts"),
            "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'iam'. ",
        ),
    ],
)
def test_a_wrong_scope_is_refused_in_aws_words(region, services, message):
    scope = encrypt().signature.scope
    sigv4.check_scope(scope, "eu-west-1", ("iam", "kms"))
    with pytest.raises(InvalidSignatureException) as refused:
        sigv4.check_scope(scope, region, services)
    assert refused.value.message == message


# --- parsing ----------------------------------------------------------------------------------------------------------
def test_a_request_without_a_signature_is_told_so():
    with pytest.raises(MissingAuthenticationTokenException, match="Missing Authentication Token"):
        sigv4.read_signature({"host": "h"}, "Action=GetCallerIdentity")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("AWS4-HMAC-SHA256", "Authorization header requires 'Credential' parameter. Authorization header requires "
         "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "
         "Authorization=AWS4-HMAC-SHA256"),
        ("AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request", "Authorization header requires 'Signature' parameter. "
         "Authorization header requires 'SignedHeaders' parameter. "
         "Authorization=AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request"),
        (HEAD + "Signature=", "Authorization header requires 'Signature' parameter. "
         f"Authorization={HEAD}Signature="),
        (HEAD + "nonsense", "'nonsense' not a valid key=value pair (missing equal-sign) in Authorization header: "
         f"'{HEAD}nonsense'."),
        ("Bearer abc", "Unsupported AWS 'algorithm': 'Bearer'."),
        ("", "Unsupported AWS 'algorithm': ''."),
        ("AWS4-ECDSA-P256-SHA256 Credential=a", "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."),
        (HEAD.replace("/kms", "") + f"Signature={HEX}", "Credential must have exactly 5 slash-delimited elements, e.g. "
         "keyid/date/region/service/term, got 'AKIDEXAMPLE/20150830/us-east-1/aws4_request'"),
        (HEAD.replace("us-east-1", "") + f"Signature={HEX}", "Credential must have exactly 5 slash-delimited elements, "
         "e.g. keyid/date/region/service/term, got 'AKIDEXAMPLE/20150830//kms/aws4_request'"),
        (HEAD + f"Signature={HEX}, Signature={HEX}", "Authorization header has an unexpected 'Signature' parameter."),
        (HEAD + f"X-Signature={HEX}", "Authorization header has an unexpected 'X-Signature' parameter."),
        (HEAD + f"Note=1, Signature={HEX}", "Authorization header has an unexpected 'Note' parameter."),
        (HEAD + "é" + f"Signature={HEX}", "Authorization header holds characters that are not printable ASCII."),
        (HEAD + f"Signature={HEX}\n", "Authorization header holds characters that are not printable ASCII."),
        (HEAD + "x" * 4096, "Authorization header is too long."),
    ],
)  # fmt: skip
def test_an_unreadable_header_is_refused_in_aws_words(header, message):
    with pytest.raises(IncompleteSignatureException) as refused:
        sigv4.parse_authorization(header)
    assert refused.value.message == message


def test_a_request_without_a_date_is_told_so():
    header = f"{HEAD}Signature={HEX}"
    assert sigv4.parse_authorization(header).access_key_id == "AKIDEXAMPLE"
    with pytest.raises(IncompleteSignatureException) as refused:
        sigv4.read_signature({"host": "h", "authorization": header}, "")
    assert refused.value.message == (
        f"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization={header}"
    )


@pytest.mark.parametrize(
    "names", ["x-amz-date;host", "host;host", "Host;x-amz-date", "host;", "host; x-amz-date", "a b"]
)
def test_signed_headers_are_sorted_lower_case_and_named_once(names):
    header = HEAD.replace("host;x-amz-date", names) + f"Signature={HEX}"
    with pytest.raises(IncompleteSignatureException, match="SignedHeaders must be"):
        sigv4.parse_authorization(header)


def test_another_terminator_is_refused():
    with pytest.raises(InvalidSignatureException, match="valid terminator: 'aws4_request', not 'aws5_request'"):
        sigv4.parse_authorization(HEAD.replace("aws4_request", "aws5_request") + f"Signature={HEX}")


@pytest.mark.parametrize("value", [HEX.upper(), HEX[1:], HEX + "0", "z" * 64])
def test_a_signature_that_is_no_digest_is_refused(value):
    with pytest.raises(InvalidSignatureException, match=MISMATCH):
        sigv4.parse_authorization(f"{HEAD}Signature={value}")


def test_the_parts_of_the_header_may_come_in_any_order_and_without_blanks():
    expected = sigv4.parse_authorization(f"{HEAD}Signature={HEX}")
    algorithm, _, rest = f"{HEAD}Signature={HEX}".partition(" ")
    shuffled = ",".join(reversed(rest.split(", ")))
    assert sigv4.parse_authorization(f"{algorithm} {shuffled}") == expected


@pytest.mark.parametrize("missing", ["Algorithm", "Credential", "Signature", "SignedHeaders", "Date"])
def test_a_presigned_url_without_a_part_is_told_so(missing):
    query = presigned().facts["query"]
    kept = "&".join(part for part in query.split("&") if not part.startswith(f"X-Amz-{missing}="))
    with pytest.raises(IncompleteSignatureException) as refused:
        sigv4.parse_presigned(kept)
    assert refused.value.message == (
        f"AWS query-string parameters must include 'X-Amz-{missing}'. Re-examine the query-string parameters."
    )


@pytest.mark.parametrize("expires", ["0", "604801", "-1", "1.5", "060", "x", "٣"])
def test_a_presigned_url_expires_within_a_week(expires):
    query = presigned().facts["query"].replace("X-Amz-Expires=60", f"X-Amz-Expires={quote(expires)}")
    with pytest.raises(IncompleteSignatureException, match="between 1 and 604800"):
        sigv4.parse_presigned(query)


@pytest.mark.parametrize("added", ["&X-Amz-Date=20150830T123600Z", "&X%2DAmz-Signature=0"])
def test_a_presigned_url_names_each_part_once(added):
    with pytest.raises(IncompleteSignatureException, match="more than one"):
        sigv4.parse_presigned(presigned().facts["query"] + added)


def test_a_presigned_url_of_another_algorithm_is_refused():
    query = presigned().facts["query"].replace("AWS4-HMAC-SHA256", "AWS4-HMAC-MD5")
    with pytest.raises(IncompleteSignatureException, match="Unsupported AWS 'algorithm': 'AWS4-HMAC-MD5'"):
        sigv4.parse_presigned(query)


@pytest.mark.parametrize(
    ("path", "canonical"),
    [("", "/"), ("/", "/"), ("//a//b/", "/a/b/"), ("/a/./b/../c", "/a/c"), ("/../x", "/x"), ("/%20", "/%2520")],
)
def test_a_path_has_one_canonical_form(path, canonical):
    assert sigv4.canonical_path(path) == canonical


@given(st.text(max_size=300))
def test_no_header_causes_any_other_error(header):
    for text in (header, HEAD + header, f"AWS4-HMAC-SHA256 {header}"):
        with pytest.raises((IncompleteSignatureException, InvalidSignatureException)):
            sigv4.parse_authorization(text)
