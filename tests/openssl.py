"""OpenSSL's own command line: makes keys, wraps them as the Developer Guide tells, and checks what the service made."""

import os
import shutil
import subprocess
from pathlib import Path

RSA = {f"RSA_{bits}": ["-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}"] for bits in (2048, 3072, 4096)}
CURVES = {
    "ECC_NIST_P256": "P-256",
    "ECC_NIST_P384": "P-384",
    "ECC_NIST_P521": "P-521",
    "ECC_SECG_P256K1": "secp256k1",
}
# Options of `openssl genpkey` for each key spec that can be imported or is a data key pair's.
GENPKEY = {
    **RSA,
    **{spec: ["-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}"] for spec, curve in CURVES.items()},
    "ECC_NIST_EDWARDS25519": ["-algorithm", "ED25519"],
}


class OpenSsl:
    """Runs the command in a folder, with files of these contents; their names stand for them in the arguments."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("openssl")
        assert found, "openssl is missing; run: make setup-dev"
        self.command, self.folder = found, folder

    def __call__(self, *arguments: str, sent: bytes | None = None, **files: bytes) -> bytes:
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        done = subprocess.run([self.command, *arguments], cwd=self.folder, input=sent, capture_output=True, timeout=60)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
        return done.stdout

    def private_key(self, spec: str) -> bytes:
        """Return a new private key as PKCS #8, DER."""
        return self("genpkey", "-outform", "DER", *GENPKEY[spec])

    def public_key(self, private_key: bytes) -> bytes:
        """Return its public key as SubjectPublicKeyInfo, DER."""
        return self("pkey", "-inform", "DER", "-pubout", "-outform", "DER", sent=private_key)

    def oaep(self, public_key: bytes, digest: str, clear: bytes) -> bytes:
        """RSAES-OAEP with one hash, ``sha1`` or ``sha256``, for label and mask."""
        key = ["-pubin", "-inkey", "public", "-keyform", "DER"]
        return self("pkeyutl", "-encrypt", *key, *oaep_options(digest), sent=clear, public=public_key)

    def wrap(self, public_key: bytes, material: bytes, algorithm: str) -> bytes:
        """Wrap key material. Source: Developer Guide, "Encrypting key material"."""
        digest = "sha1" if algorithm.endswith("SHA_1") else "sha256"
        if algorithm.startswith("RSAES"):
            return self.oaep(public_key, digest, material)
        aes_key = os.urandom(32)
        wrapped = self("enc", "-id-aes256-wrap-pad", "-iv", "A65959A6", "-K", aes_key.hex(), sent=material)
        return self.oaep(public_key, digest, aes_key) + wrapped


def oaep_options(digest: str) -> list[str]:
    chosen = ["rsa_padding_mode:oaep", f"rsa_oaep_md:{digest}", f"rsa_mgf1_md:{digest}"]
    return [part for option in chosen for part in ("-pkeyopt", option)]


def digest_options(algorithm: str) -> list[str]:
    """Options of ``openssl dgst`` for a signing algorithm of RSA or ECDSA."""
    options = [f"-sha{algorithm.rpartition('_')[2]}"]
    if "PSS" in algorithm:
        options += ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
    return options
