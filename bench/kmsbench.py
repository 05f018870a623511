#!/usr/bin/env python3
"""Load generator for servers that speak the KMS JSON 1.1 API.

It creates the keys it needs through boto3, signs a pool of requests (SigV4)
beforehand, and then drives them over keep-alive connections, so that the load
generator itself costs next to nothing.  See README.md beside this file.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import select
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlsplit

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.exceptions

CONTENT_TYPE = "application/x-amz-json-1.1"
SIGNED_FOR = 240  # seconds a signed pool is used for before it is signed anew

# operation -> (key it needs, builder of the i-th request's parameters)
#   key: None, or (KeySpec, KeyUsage)
AES = ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


class Target:
    """One endpoint, its credentials and the keys made there."""

    def __init__(self, name, endpoint, access_key, secret_key, token, region, setup=True):
        self.name, self.endpoint, self.region = name, endpoint.rstrip("/"), region
        self.access_key, self.secret_key, self.token = access_key, secret_key, token
        parts = urlsplit(self.endpoint)
        if parts.scheme != "http":
            raise SystemExit(f"{endpoint}: only http:// endpoints are supported")
        self.host, self.port = parts.hostname, parts.port or 80
        self.path = parts.path or "/"
        self.netloc = parts.netloc
        self.setup = setup
        self.pid: int | None = None
        self._keys: dict = {}
        self._cts: dict = {}
        self.client = boto3.client(
            "kms",
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            aws_session_token=token,
            config=botocore.config.Config(retries={"total_max_attempts": 2}, connect_timeout=5, read_timeout=60),
        )
        self.credentials = botocore.credentials.Credentials(access_key, secret_key, token)

    def key(self, spec, usage) -> str:
        if not self.setup:
            return "00000000-0000-4000-8000-000000000000"
        if (spec, usage) not in self._keys:
            meta = self.client.create_key(KeySpec=spec, KeyUsage=usage, Description="kmsbench")["KeyMetadata"]
            self._keys[spec, usage] = meta["KeyId"]
        return self._keys[spec, usage]

    def ciphertext(self, key_id: str, i: int, size: int) -> str:
        """A ciphertext made by this server (a few different ones)."""
        slot = (key_id, i % 32, size)
        if slot not in self._cts:
            if self.setup:
                out = self.client.encrypt(KeyId=key_id, Plaintext=os.urandom(size))
                self._cts[slot] = b64(out["CiphertextBlob"])
            else:
                self._cts[slot] = b64(os.urandom(size + 120))
        return self._cts[slot]

    def made(self, method: str, member: str, parameters: dict, i: int) -> str:
        """A signature or MAC made by this server."""
        slot = (method, parameters["KeyId"], i)
        if slot not in self._cts:
            if self.setup:
                sent = {**parameters, "Message": base64.b64decode(parameters["Message"])}
                self._cts[slot] = b64(getattr(self.client, method)(**sent)[member])
            else:
                self._cts[slot] = b64(os.urandom(32))
        return self._cts[slot]

    def cleanup(self):
        for key_id in self._keys.values():
            try:
                self.client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
            except Exception as exc:  # the run is over: tell, do not fail
                print(f"# {self.name}: could not schedule {key_id} for deletion: {exc}", file=sys.stderr)

    # -- requests ---------------------------------------------------------
    def parameters(self, op: str, i: int, size: int) -> tuple[str, dict]:
        pt = b64(hashlib.shake_128(b"%d" % i).digest(size))
        if op == "Encrypt":
            return op, {"KeyId": self.key(*AES), "Plaintext": pt}
        if op == "Encrypt-ctx":
            return "Encrypt", {
                "KeyId": self.key(*AES),
                "Plaintext": pt,
                "EncryptionContext": {"purpose": "bench", "tenant": str(i)},
            }
        if op == "Decrypt":
            return op, {"CiphertextBlob": self.ciphertext(self.key(*AES), i, size), "KeyId": self.key(*AES)}
        if op in ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext"):
            return op, {"KeyId": self.key(*AES), "KeySpec": "AES_256"}
        if op == "GenerateDataKeyPair-P256":
            return "GenerateDataKeyPair", {"KeyId": self.key(*AES), "KeyPairSpec": "ECC_NIST_P256"}
        if op == "DescribeKey":
            return op, {"KeyId": self.key(*AES)}
        if op == "GenerateRandom":
            return op, {"NumberOfBytes": size}
        if op == "ListKeys":
            return op, {"Limit": 100}
        if op in ("GenerateMac", "VerifyMac"):
            mac = {
                "KeyId": self.key("HMAC_256", "GENERATE_VERIFY_MAC"),
                "Message": pt,
                "MacAlgorithm": "HMAC_SHA_256",
            }
            return op, mac if op == "GenerateMac" else {**mac, "Mac": self.made("generate_mac", "Mac", mac, i)}
        signers = {
            "Sign-P256": ("ECC_NIST_P256", "ECDSA_SHA_256", 32),
            "Sign-P384": ("ECC_NIST_P384", "ECDSA_SHA_384", 48),
            "Sign-RSA2048": ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256", 32),
            "Sign-RSA3072": ("RSA_3072", "RSASSA_PKCS1_V1_5_SHA_256", 32),
            "Sign-RSA4096": ("RSA_4096", "RSASSA_PKCS1_V1_5_SHA_256", 32),
        }
        action, _, kind = op.partition("-")
        if f"Sign-{kind}" in signers:
            spec, alg, n = signers[f"Sign-{kind}"]
            signing = {
                "KeyId": self.key(spec, "SIGN_VERIFY"),
                "Message": b64(hashlib.shake_128(b"%d" % (i % 32 if action == "Verify" else i)).digest(n)),
                "MessageType": "DIGEST",
                "SigningAlgorithm": alg,
            }
            if action == "Verify":
                signing["Signature"] = self.made("sign", "Signature", signing, i % 32)
            return action, signing
        raise SystemExit(f"unknown operation {op}; known: {', '.join(OPS)}")

    def wire(self, op: str, i: int, size: int) -> bytes:
        """The i-th request, signed, as the bytes that go over the socket."""
        action, params = self.parameters(op, i, size)
        body = json.dumps(params).encode()
        req = botocore.awsrequest.AWSRequest(
            "POST",
            self.endpoint + ("" if self.path != "/" else "/"),
            data=body,
            headers={"X-Amz-Target": f"TrentService.{action}", "Content-Type": CONTENT_TYPE},
        )
        botocore.auth.SigV4Auth(self.credentials, "kms", self.region).add_auth(req)
        lines = [
            f"POST {self.path} HTTP/1.1",
            f"Host: {self.netloc}",
            "User-Agent: kmsbench",
            "Accept-Encoding: identity",
        ]
        lines += [f"{k}: {v}" for k, v in req.headers.items()]
        lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def pool(self, op: str, n: int, size: int) -> list[bytes]:
        return [self.wire(op, i, size) for i in range(n)]

    def probe(self, op: str, raw: bytes) -> None:
        """Send one request and insist on a 200, so that no error is measured."""
        with socket.create_connection((self.host, self.port), timeout=60) as s:
            s.sendall(raw)
            buf = b""
            while True:
                end = message_end(buf)
                if end:
                    break
                chunk = s.recv(65536)
                if not chunk:
                    break
                buf += chunk
        if not re.match(rb"HTTP/1\.[01] 200 ", buf):
            raise SystemExit(f"{self.name}: {op} answered\n{buf[:2000].decode(errors='replace')}")


OPS = [
    "Encrypt",
    "Encrypt-ctx",
    "Decrypt",
    "GenerateDataKey",
    "DescribeKey",
    "GenerateRandom",
    "ListKeys",
    "GenerateMac",
    "Sign-P256",
    "Sign-P384",
    "Sign-RSA2048",
    "Sign-RSA3072",
    "Sign-RSA4096",
    "Verify-P256",
    "Verify-RSA2048",
    "VerifyMac",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair-P256",
]

_CL = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)


def message_end(buf: bytes) -> int:
    """Length of the first complete HTTP response in buf, or 0."""
    head = buf.find(b"\r\n\r\n")
    if head < 0:
        return 0
    m = _CL.search(buf, 0, head + 2)
    if m:
        end = head + 4 + int(m.group(1))
        return end if len(buf) >= end else 0
    if b"chunked" in buf[:head].lower():
        pos = head + 4
        while True:
            nl = buf.find(b"\r\n", pos)
            if nl < 0:
                return 0
            size = int(buf[pos:nl].split(b";")[0], 16)
            pos = nl + 2 + size + 2
            if len(buf) < pos:
                return 0
            if size == 0:
                return pos
    return 0  # delimited by the end of the connection


def run_py(t: Target, pool: list[bytes], conns: int, duration: float) -> dict:
    """Closed-loop driver in Python: epoll, one request in flight per connection."""
    ep = select.epoll()
    socks, bufs, began = {}, {}, {}
    lat: list[float] = []
    bad = reconnects = nxt = 0
    npool = len(pool)
    now = time.perf_counter

    def start(old=None):
        nonlocal nxt, reconnects
        if old is not None:
            ep.unregister(old)
            old.close()
            reconnects += 1
        s = socket.create_connection((t.host, t.port), timeout=10)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        fd = s.fileno()
        socks[fd], bufs[fd] = s, b""
        ep.register(fd, select.EPOLLIN)
        began[fd] = now()
        s.sendall(pool[nxt % npool])
        nxt += 1

    t0 = now()
    for _ in range(conns):
        start()
    deadline = t0 + duration
    while True:
        if now() >= deadline:
            break
        for fd, _ev in ep.poll(1.0):
            s = socks[fd]
            data = s.recv(65536)
            buf = bufs[fd] + data if bufs[fd] else data
            end = message_end(buf)
            if not data and not end and buf[:9] == b"HTTP/1.0 ":
                end = len(buf)  # closed by the server at the end of the body
            if end:
                lat.append(now() - began[fd])
                if buf[9:12] != b"200":
                    bad += 1
                if not data or b"connection: close" in buf[:512].lower():
                    start(s)
                    continue
                bufs[fd] = b""
                began[fd] = now()
                s.sendall(pool[nxt % npool])
                nxt += 1
            elif not data:
                bad += 1
                start(s)
            else:
                bufs[fd] = buf
    elapsed = now() - t0
    for s in socks.values():
        s.close()
    ep.close()
    lat.sort()

    def pct(p):
        return lat[min(len(lat) - 1, int(len(lat) * p / 100))] * 1e3 if lat else float("nan")

    return {
        "rps": len(lat) / elapsed,
        "p50_ms": pct(50),
        "p99_ms": pct(99),
        "max_ms": pct(100),
        "requests": len(lat),
        "errors": bad,
        "reconnects": reconnects,
    }


def run_wrk(t: Target, poolfile: str, conns: int, duration: float) -> dict:
    lua = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pool.lua")
    out = subprocess.run(
        [
            "wrk",
            "-t1",
            f"-c{conns}",
            f"-d{max(1, round(duration))}s",
            "--timeout",
            "30s",
            "-s",
            lua,
            f"http://{t.host}:{t.port}{t.path}",
            "--",
            poolfile,
        ],
        capture_output=True,
        text=True,
    )
    for line in out.stdout.splitlines():
        if line.startswith("{"):
            return json.loads(line)
    raise SystemExit(f"wrk failed: {out.stdout}\n{out.stderr}")


def write_pool(path: str, pool: list[bytes]) -> None:
    """Length-prefixed, as pool.lua reads it."""
    with open(path, "wb") as f:
        for raw in pool:
            f.write(b"%d\n" % len(raw) + raw)


def cpu_seconds(pid: int | None) -> float | None:
    """CPU time used so far by a process and its living children (Linux)."""
    if not pid:
        return None
    total, todo = 0, [pid]
    while todo:
        p = todo.pop()
        try:
            fields = open(f"/proc/{p}/stat").read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
            for task in os.listdir(f"/proc/{p}/task"):
                todo += [int(c) for c in open(f"/proc/{p}/task/{task}/children").read().split()]
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total / os.sysconf("SC_CLK_TCK")


def med(xs):
    return statistics.median(xs)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    env = os.environ.get
    ap.add_argument("endpoint", help="http://127.0.0.1:PORT")
    ap.add_argument("--vs", metavar="ENDPOINT", help="second endpoint, run in turn with the first (A B A B ...)")
    ap.add_argument(
        "-o",
        "--op",
        action="append",
        metavar="OPERATION",
        help=f"operation, may be repeated (default Encrypt); one of: {', '.join(OPS)}; "
        "'all' for the ones in the comparison table",
    )
    ap.add_argument("-c", "--connections", default="8", help="list, e.g. 1,8,32 (default 8)")
    ap.add_argument("-d", "--duration", type=float, default=3, help="seconds per run (default 3)")
    ap.add_argument("-r", "--rounds", type=int, default=3, help="rounds (default 3)")
    ap.add_argument("--size", type=int, default=32, help="plaintext bytes (default 32)")
    ap.add_argument("--pool", type=int, default=256, help="signed requests in the pool")
    ap.add_argument("--access-key", default=env("AWS_ACCESS_KEY_ID", "test"))
    ap.add_argument("--secret-key", default=env("AWS_SECRET_ACCESS_KEY", "test"))
    ap.add_argument("--session-token", default=env("AWS_SESSION_TOKEN"))
    ap.add_argument("--region", default=env("AWS_DEFAULT_REGION", "us-east-1"))
    ap.add_argument("--vs-access-key")
    ap.add_argument("--vs-secret-key")
    ap.add_argument("--vs-session-token")
    ap.add_argument("--vs-region")
    ap.add_argument("--name", default="A")
    ap.add_argument("--vs-name", default="B")
    ap.add_argument(
        "--hello",
        action="store_true",
        help="the first endpoint is not a KMS server: create nothing there, send the "
        "same signed requests, expect any 200 (for a server's floor)",
    )
    ap.add_argument("--vs-hello", action="store_true", help="the same for the second endpoint")
    ap.add_argument("--driver", choices=["auto", "wrk", "py"], default="auto")
    ap.add_argument("--pin", help="run the generator on these cpus, e.g. 1")
    ap.add_argument(
        "--pid", type=int, help="the first server's process id: also print its CPU time per request, children included"
    )
    ap.add_argument("--vs-pid", type=int, help="the same for the second server")
    ap.add_argument("--warmup", type=float, default=1, help="seconds, not counted (default 1)")
    ap.add_argument("--keep", action="store_true", help="leave the keys that were created")
    ap.add_argument("--json", metavar="FILE", help="append one JSON line per result here")
    a = ap.parse_args()
    if a.pin:
        os.sched_setaffinity(0, {int(x) for x in a.pin.split(",")})
    driver = a.driver
    if driver == "auto":
        driver = "wrk" if shutil.which("wrk") else "py"
    table = ["Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey", "Sign-P256", "Sign-RSA2048"]
    ops = []
    for op in a.op or ["Encrypt"]:
        if op != "all" and op not in OPS:
            raise SystemExit(f"unknown operation {op}; known: {', '.join(OPS)}")
        ops += table if op == "all" else [op]
    targets = [Target(a.name, a.endpoint, a.access_key, a.secret_key, a.session_token, a.region, not a.hello)]
    if a.vs:
        targets.append(
            Target(
                a.vs_name,
                a.vs,
                a.vs_access_key or a.access_key,
                a.vs_secret_key or a.secret_key,
                a.vs_session_token or a.session_token,
                a.vs_region or a.region,
                not a.vs_hello,
            )
        )
    tmp = tempfile.mkdtemp(prefix="kmsbench")
    failed = False
    targets[0].pid = a.pid
    if a.vs:
        targets[1].pid = a.vs_pid
    print(
        f"# driver {driver}, {a.rounds} rounds of {a.duration:g} s each, size {a.size} B, "
        f"closed loop; median of the rounds (min-max)"
    )
    try:
        for op in ops:
            for conns in (int(x) for x in a.connections.split(",")):
                res: list[list[dict]] = [[] for _ in targets]
                signed: dict = {}

                def one(i, seconds):
                    t = targets[i]
                    if i not in signed or time.monotonic() - signed[i][0] > SIGNED_FOR - seconds:
                        pool = t.pool(op, a.pool, a.size)
                        path = os.path.join(tmp, f"pool{i}")
                        write_pool(path, pool)
                        t.probe(op, pool[0])
                        signed[i] = (time.monotonic(), pool, path)
                    _, pool, path = signed[i]
                    before = cpu_seconds(t.pid)
                    r = run_wrk(t, path, conns, seconds) if driver == "wrk" else run_py(t, pool, conns, seconds)
                    if before is not None:
                        r["cpu_us"] = (cpu_seconds(t.pid) - before) * 1e6 / max(1, r["requests"])
                    return r

                for i in range(len(targets)):
                    if a.warmup:
                        one(i, a.warmup)
                for _ in range(a.rounds):
                    for i in range(len(targets)):
                        res[i].append(one(i, a.duration))
                for t, rs in zip(targets, res):
                    rps = [r["rps"] for r in rs]
                    err = sum(r["errors"] for r in rs)
                    failed |= err > 0
                    cpu = med([r["cpu_us"] for r in rs]) if t.pid else None
                    cpus = f"  cpu {cpu:8.1f} us/req" if cpu is not None else ""
                    print(
                        f"{op:16} c={conns:<3} {t.name:10} {med(rps):10.1f} req/s "
                        f"({min(rps):.1f}-{max(rps):.1f})  p50 {med([r['p50_ms'] for r in rs]):8.3f} ms"
                        f"  p99 {med([r['p99_ms'] for r in rs]):8.3f} ms{cpus}  errors {err}",
                        flush=True,
                    )
                    if a.json:
                        with open(a.json, "a") as f:
                            f.write(
                                json.dumps(
                                    {
                                        "op": op,
                                        "connections": conns,
                                        "name": t.name,
                                        "endpoint": t.endpoint,
                                        "rps": med(rps),
                                        "rps_all": rps,
                                        "p50_ms": med([r["p50_ms"] for r in rs]),
                                        "p99_ms": med([r["p99_ms"] for r in rs]),
                                        "errors": err,
                                        "cpu_us": cpu,
                                    }
                                )
                                + "\n"
                            )
                if len(targets) == 2:
                    if targets[0].pid and targets[1].pid:
                        pairs = [x["cpu_us"] / y["cpu_us"] for x, y in zip(*res) if y["cpu_us"]]
                        print(
                            f"{op:16} c={conns:<3} cpu per request {targets[0].name}/"
                            f"{targets[1].name} {med(pairs):.4f}",
                            flush=True,
                        )
                    ratios = [x["rps"] / y["rps"] for x, y in zip(*res) if y["rps"]]
                    print(
                        f"{op:16} c={conns:<3} ratio {targets[0].name}/{targets[1].name} "
                        f"{med(ratios):.3f} ({min(ratios):.3f}-{max(ratios):.3f}), pair by pair",
                        flush=True,
                    )
                    if a.json:
                        with open(a.json, "a") as f:
                            f.write(
                                json.dumps(
                                    {
                                        "op": op,
                                        "connections": conns,
                                        "ratio": med(ratios),
                                        "ratios": ratios,
                                        "a": targets[0].name,
                                        "b": targets[1].name,
                                    }
                                )
                                + "\n"
                            )
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, OSError) as exc:
        raise SystemExit(f"setting up failed: {exc}")
    finally:
        shutil.rmtree(tmp, ignore_errors=True)
        if not a.keep:
            for t in targets:
                t.cleanup()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
