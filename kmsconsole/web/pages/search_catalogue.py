"""What the search at the top finds besides resources: services, pages and guides, by the words people use for them.

Korean texts vary between several terms for one thing and still say CMK; each is listed. Source: console.md 6.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
GUIDE = "https://docs.aws.amazon.com/kms/latest/developerguide/"


class Group(StrEnum):
    SERVICES = "services"
    FEATURES = "features"
    DOCUMENTATION = "documentation"


GROUP_LABELS: dict[str, Text] = {
    Group.SERVICES: _("Services"),
    Group.FEATURES: _("Features"),
    "resources": _("Resources"),
    Group.DOCUMENTATION: _("Documentation"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to find: a page (``url_name``) or a guide (``address``). ``words`` are further names for it."""

    group: Group
    label: Text
    words: str
    url_name: str = ""
    address: str = ""
    about: Text = ""


_KEY_WORDS = "kms key keys cmk customer master key 키 고객 관리형 키 고객 마스터 키 khóa khóa do khách hàng quản lý"
_CRYPTO_WORDS = "encrypt decrypt encryption 암호화 복호화 해독 암호 해독 봉투 암호화 mã hóa giải mã"

ENTRIES: Sequence[Entry] = (
    Entry(
        Group.SERVICES,
        "Key Management Service",
        f"kms aws kms {_KEY_WORDS} {_CRYPTO_WORDS} 키 관리 서비스 dịch vụ quản lý khóa",
        "keys:landing",
        about=_("Create and control the keys that protect your data"),
    ),
    Entry(
        Group.SERVICES,
        "IAM",
        "identity and access management users roles policies 사용자 역할 정책 권한 người dùng vai trò chính sách",
        "accounts:users",
        about=_("Manage access to AWS resources"),
    ),
    Entry(
        Group.SERVICES,
        "CloudTrail",
        "audit log events 감사 이벤트 기록 로그 kiểm toán nhật ký sự kiện",
        "audit:events",
        about=_("Track user activity and API usage"),
    ),
    Entry(Group.FEATURES, _("Customer managed keys"), _KEY_WORDS, "keys:list", about="Key Management Service"),
    Entry(
        Group.FEATURES,
        _("AWS managed keys"),
        "aws managed keys aws 관리형 키 khóa do aws quản lý",
        "keys:aws_managed",
        about="Key Management Service",
    ),
    Entry(
        Group.FEATURES,
        _("Create key"),
        f"create a key 키 생성 tạo khóa {_KEY_WORDS}",
        "keys:create",
        about="Key Management Service",
    ),
    Entry(Group.FEATURES, _("Users"), "iam users 사용자 người dùng", "accounts:users", about="IAM"),
    Entry(Group.FEATURES, _("User groups"), "iam groups 사용자 그룹 nhóm người dùng", "accounts:groups", about="IAM"),
    Entry(Group.FEATURES, _("Roles"), "iam roles 역할 vai trò", "accounts:roles", about="IAM"),
    Entry(Group.FEATURES, _("Policies"), "iam policies 정책 chính sách", "accounts:policies", about="IAM"),
    Entry(
        Group.FEATURES,
        _("Security credentials"),
        "access key secret password 액세스 키 보안 자격 증명 암호 khóa truy cập mật khẩu",
        "console:security",
        about="IAM",
    ),
    Entry(
        Group.FEATURES,
        _("Event history"),
        "cloudtrail events audit 이벤트 기록 감사 lịch sử sự kiện",
        "audit:events",
        about="CloudTrail",
    ),
    Entry(
        Group.FEATURES,
        _("Settings"),
        "language region dark mode 설정 언어 리전 cài đặt ngôn ngữ khu vực",
        "console:settings",
    ),
    Entry(
        Group.FEATURES,
        _("Conformance"),
        "differences from aws limitations supported operations 차이점 적합성 지원 작업 khác biệt tương thích",
        "console:conformance",
    ),
    Entry(
        Group.FEATURES, "CloudShell", "cli command line sdk boto3 endpoint 엔드포인트 dòng lệnh", "console:cloudshell"
    ),
    Entry(
        Group.DOCUMENTATION,
        _("Rotating keys"),
        "rotation 키 교체 교체 xoay vòng khóa",
        address=f"{GUIDE}rotate-keys.html",
    ),
    Entry(
        Group.DOCUMENTATION, _("Deleting keys"), "deletion 키 삭제 삭제 xóa khóa", address=f"{GUIDE}deleting-keys.html"
    ),
    Entry(
        Group.DOCUMENTATION,
        _("Key policies"),
        "key policy 키 정책 chính sách khóa",
        address=f"{GUIDE}key-policies.html",
    ),
    Entry(
        Group.DOCUMENTATION,
        _("AWS KMS keys"),
        f"concepts 키 구성 요소 키 자료 {_KEY_WORDS} {_CRYPTO_WORDS}",
        address=f"{GUIDE}concepts.html",
    ),
    Entry(
        Group.DOCUMENTATION,
        _("Key stores"),
        "custom key store 사용자 지정 키 스토어 키 저장소 kho khóa",
        address=f"{GUIDE}key-store-overview.html",
    ),
)


def plain(text: str) -> str:
    """Return a text as it is compared: without case and without the marks of Vietnamese letters."""
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(character for character in apart if not unicodedata.combining(character))


def find_entries(text: str) -> list[Entry]:
    """Return the entries that have every word of ``text``; those whose name begins with it come first."""
    wanted = plain(text).split()
    if not wanted:
        return []
    found = [entry for entry in ENTRIES if all(word in plain(f"{entry.label} {entry.words}") for word in wanted)]
    whole = plain(text).strip()
    return sorted(found, key=lambda entry: not f" {plain(f'{entry.label} {entry.words}')}".startswith(f" {whole}"))
