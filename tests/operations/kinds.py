"""Every kind of key, as kms-semantics 4.2 and 4.4 list them; transcribed by hand, not from the service's own tables."""

ENCRYPT, SIGN, MAC = "ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC"
AGREE, ENCAPSULATE = "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE"
RSASSA = [f"RSASSA_{scheme}_SHA_{bits}" for scheme in ("PKCS1_V1_5", "PSS") for bits in (256, 384, 512)]
# spec: usage: algorithms, as KeyMetadata lists them.
KINDS = {
    "SYMMETRIC_DEFAULT": {ENCRYPT: ["SYMMETRIC_DEFAULT"]},
    **{f"HMAC_{bits}": {MAC: [f"HMAC_SHA_{bits}"]} for bits in (224, 256, 384, 512)},
    **{
        f"RSA_{bits}": {ENCRYPT: ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"], SIGN: RSASSA}
        for bits in (2048, 3072, 4096)
    },
    "ECC_NIST_P256": {SIGN: ["ECDSA_SHA_256"], AGREE: ["ECDH"]},
    "ECC_NIST_P384": {SIGN: ["ECDSA_SHA_384"], AGREE: ["ECDH"]},
    "ECC_NIST_P521": {SIGN: ["ECDSA_SHA_512"], AGREE: ["ECDH"]},
    "ECC_SECG_P256K1": {SIGN: ["ECDSA_SHA_256"]},
    "ECC_NIST_EDWARDS25519": {SIGN: ["ED25519_PH_SHA_512", "ED25519_SHA_512"]},
    **{f"ML_DSA_{level}": {SIGN: ["ML_DSA_SHAKE_256"]} for level in (44, 65, 87)},
    **{f"ML_KEM_{level}": {ENCAPSULATE: ["ML_KEM"]} for level in (512, 768, 1024)},
}
PAIRS = [(spec, usage) for spec, usages in KINDS.items() for usage in usages]
MEMBERS = {
    ENCRYPT: "EncryptionAlgorithms",
    SIGN: "SigningAlgorithms",
    MAC: "MacAlgorithms",
    AGREE: "KeyAgreementAlgorithms",
    ENCAPSULATE: "EncapsulationAlgorithms",
}
ALGORITHMS = {usage: sorted({a for row in KINDS.values() for a in row.get(usage, ())}) for usage in MEMBERS}
IMPORTABLE = [pair for pair in PAIRS if not pair[0].startswith("ML_")]
MULTI_REGION = [pair for pair in PAIRS if not pair[0].startswith("ML_KEM")]


def is_asymmetric(spec: str) -> bool:
    return not spec.startswith(("SYMMETRIC", "HMAC"))
