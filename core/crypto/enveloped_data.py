"""CMS EnvelopedData (RFC 5652) for one RSA key: how an answer reaches an enclave and nobody else.

Source: API Reference, CiphertextForRecipient: the content under AES-256-CBC, its key under RSAES-OAEP with SHA-256.
"""

import os

from asn1crypto import algos, cms, core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_BLOCK_BITS = 128


def envelop(secret: bytes, public_key: rsa.RSAPublicKey) -> bytes:
    """Return the DER of an EnvelopedData that only the holder of the private key opens."""
    content_key, iv = os.urandom(32), os.urandom(16)
    padder = PKCS7(_BLOCK_BITS).padder()
    encryptor = Cipher(algorithms.AES256(content_key), modes.CBC(iv)).encryptor()
    encrypted = encryptor.update(padder.update(secret) + padder.finalize()) + encryptor.finalize()
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    sha256 = {"algorithm": "sha256", "parameters": core.Null()}
    recipient = cms.KeyTransRecipientInfo(
        {
            "version": "v2",
            "rid": cms.RecipientIdentifier(
                "subject_key_identifier", x509.SubjectKeyIdentifier.from_public_key(public_key).digest
            ),
            "key_encryption_algorithm": {
                "algorithm": "rsaes_oaep",
                "parameters": algos.RSAESOAEPParams(
                    {
                        "hash_algorithm": sha256,
                        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": sha256},
                    }
                ),
            },
            "encrypted_key": public_key.encrypt(content_key, oaep),
        }
    )
    enveloped = cms.EnvelopedData(
        {
            "version": "v2",
            "recipient_infos": [cms.RecipientInfo("ktri", recipient)],
            "encrypted_content_info": {
                "content_type": "data",
                "content_encryption_algorithm": {"algorithm": "aes256_cbc", "parameters": iv},
                "encrypted_content": encrypted,
            },
        }
    )
    encoded: bytes = cms.ContentInfo({"content_type": "enveloped_data", "content": enveloped}).dump()
    return encoded
