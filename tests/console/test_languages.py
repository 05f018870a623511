"""The console speaks the reader's language, with the terms of console.md 6."""

import re

import pytest

from tests.builders import make_key

pytestmark = pytest.mark.django_db

TERMS = {
    "en": ["Customer managed keys", "Create key", "Key actions", "Enabled", "Encrypt and decrypt"],
    "ko": ["고객 관리형 키", "키 생성", "키 작업", "활성화됨", "암호화 및 해독"],
    "vi": ["Khóa do khách hàng quản lý", "Tạo khóa", "Thao tác với khóa", "Đã bật", "Mã hóa và giải mã"],
}


@pytest.mark.parametrize("language", TERMS)
def test_the_list_of_keys_speaks_the_language_of_the_cookie(people, signed_in, language):
    make_key(people.ada)
    ada = signed_in(people.ada)
    ada.cookies["kms_language"] = language
    page = ada.get("/kms/keys").content.decode()
    assert f'<html lang="{language}"' in page
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert [term for term in TERMS[language] if term not in text] == []


def test_the_browser_is_asked_when_no_language_was_chosen(client):
    answer = client.get("/signin", headers={"accept-language": "ko-KR,ko;q=0.9,en;q=0.8"})
    assert "로그인" in answer.content.decode()


def test_a_choice_in_the_language_menu_lasts(client):
    client.post("/i18n/setlang/", {"language": "ko", "next": "/signin"}, headers={"accept-language": "vi"})
    assert "로그인" in client.get("/signin", headers={"accept-language": "vi"}).content.decode()


def test_names_of_regions_follow_the_language(people, signed_in):
    ada = signed_in(people.ada)
    ada.cookies["kms_language"] = "ko"
    page = ada.get("/kms/keys", {"region": "ap-northeast-2"}).content.decode()
    assert "아시아 태평양" in page
    assert "서울" in page
