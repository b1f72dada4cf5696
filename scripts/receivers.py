"""Receives webhooks and Security Event Tokens of a running `scimstack dev`, and verifies them with libraries of Python."""

import http.server
import json
import queue
import re
import subprocess
import sys
import threading
import urllib.request

import jwt
from standardwebhooks import Webhook, WebhookVerificationError

TOKEN = "token-of-the-receivers-check"
FACTS = ["user.created", "group.created", "membership.added", "user.deactivated", "membership.removed", "user.deleted"]
EVENTS = sorted(["create:full", "create:full", "patch:full", "deactivate", "patch:full", "patch:full", "delete"])
OTHER = {"x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}  # RFC 7515, A.3


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps each delivery, and fails the first one, which comes again."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.put((dict(self.headers.items()), body))
        self.send_response(204 if self.server.failed else 503)
        self.server.failed = True
        self.end_headers()

    def log_message(self, *args):
        pass


def receive():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.failed = queue.Queue(), False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def change(base):
    """Makes one change of each kind."""

    def call(method, path, body=None):
        request = urllib.request.Request(
            base + path, method=method, data=body and json.dumps(body).encode(),
            headers={"Authorization": "Bearer " + TOKEN, "Content-Type": "application/scim+json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"{}")

    user = call("POST", "/Users", {"userName": "jürgen@example.com", "name": {"formatted": "<Jürgen> & \u2028 co"}})["id"]
    call("POST", "/Groups", {"displayName": "Staff", "members": [{"value": user}]})
    call("PATCH", "/Users/" + user, {"Operations": [{"op": "replace", "path": "active", "value": False}]})
    call("DELETE", "/Users/" + user)


def refused(verify):
    try:
        verify()
    except WebhookVerificationError:
        return True
    return False


def check(secret, deliveries):
    types = []
    for headers, body in deliveries:
        hook = Webhook(secret)
        payload = hook.verify(body, headers)
        types.append(payload["type"])
        assert payload["data"]["id"] == {k.lower(): v for k, v in headers.items()}["webhook-id"]
        assert refused(lambda: hook.verify(body.replace(b"acme", b"acne"), headers)), "an altered body is accepted"
        assert refused(lambda: Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").verify(body, headers)), "a wrong secret is accepted"
    # The first try failed: the fact comes again, and those of other resources before it.
    assert types[0] == "user.created" and types.count("user.created") == 2 and sorted(set(types)) == sorted(FACTS), types
    return len(types)


def poll(root, **body):
    request = urllib.request.Request(
        root + "/events/acme/sets", data=json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["sets"]


def check_sets(root, tokens, audience):
    """Verifies tokens with PyJWT and the published keys, and returns the names of their events."""
    keys = jwt.PyJWKClient(root + "/events/jwks.json")
    events = []
    for token in tokens:
        assert jwt.get_unverified_header(token)["typ"] == "secevent+jwt"
        options = {"require": ["iss", "iat", "jti", "aud", "txn", "sub_id", "events"]}
        key = keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key, ["ES256"], audience=audience, issuer=root + "/scim/v2/acme", options=options)
        assert claims["sub_id"]["format"] == "scim" and "sub" not in claims and "exp" not in claims, claims
        events += [uri.removeprefix("urn:ietf:params:scim:event:prov:") for uri in claims["events"]]
        wrong = jwt.algorithms.ECAlgorithm.from_jwk(json.dumps({"kty": "EC", "crv": "P-256", **OTHER}))
        head, _, signature = token.rpartition(".")
        for bad, with_key in (token, wrong), (head + "." + signature[::-1], key), (token.replace(".", ".e30", 1), key):
            try:
                jwt.decode(bad, with_key, ["ES256"], audience=audience)
            except jwt.InvalidTokenError:
                continue
            raise AssertionError("a token with a wrong signature is accepted")
    return sorted(events)


def main(program):
    server, sets = receive(), receive()
    pushed = f"http://127.0.0.1:{sets.server_port}/sets"
    dev = subprocess.Popen(
        [program, "dev", "--addr", "127.0.0.1:0", "--tenant", "name=acme,token=" + TOKEN, "--security-events",
         "--webhook", f"http://127.0.0.1:{server.server_port}/hook", "--webhook", "set=" + pushed],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        text = ""
        while "ready" not in text:
            line = dev.stdout.readline()
            assert line, "scimstack dev has ended: " + text
            text += line
        base = re.search(r"http://\S+/acme", text).group()
        root = base.removesuffix("/scim/v2/acme")
        poll(root, returnImmediately=True)  # a receiver gets what happens after its first poll
        change(base)
        secret = re.search(r"signing secret (\S+)\)", text).group(1)
        deliveries = [server.got.get(timeout=60) for _ in range(len(FACTS) + 1)]
        print(f"{check(secret, deliveries)} webhooks are verified by standardwebhooks; wrong secrets and altered bodies are refused")
        tokens = poll(root)
        assert len(tokens) == len(FACTS) and check_sets(root, tokens.values(), root + "/scim/v2/acme") == EVENTS, tokens
        assert len(poll(root, returnImmediately=True, ack=list(tokens)[:2])) == len(FACTS) - 2
        assert poll(root, returnImmediately=True, ack=list(tokens)) == {}
        got = [sets.got.get(timeout=60) for _ in range(len(FACTS) + 1)]
        assert all(h["Content-Type"] == "application/secevent+jwt" for h, _ in got)
        once = {body.decode() for _, body in got[1:]}  # the first one was answered 503
        assert check_sets(root, once, pushed) == EVENTS
        with urllib.request.urlopen(base + "/ServiceProviderConfig", timeout=10) as answer:
            assert json.load(answer)["securityEvents"]["asyncRequest"] == "none"
        print(f"{len(tokens)} Security Event Tokens polled and {len(once)} pushed are verified by PyJWT; wrong keys and altered tokens are refused")
    finally:
        dev.terminate()
        dev.wait(timeout=20)


main(sys.argv[1])
