"""Receives webhooks of a running `scimstack dev`, and verifies them with the official library."""

import http.server
import json
import queue
import re
import subprocess
import sys
import threading
import urllib.request

from standardwebhooks import Webhook, WebhookVerificationError

TOKEN = "token-of-the-receivers-check"
FACTS = ["user.created", "group.created", "membership.added", "user.deactivated", "membership.removed", "user.deleted"]


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


def main(program):
    server = receive()
    dev = subprocess.Popen(
        [program, "dev", "--addr", "127.0.0.1:0", "--tenant", "name=acme,token=" + TOKEN, "--webhook", f"http://127.0.0.1:{server.server_port}/hook"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        text = ""
        while "ready" not in text:
            line = dev.stdout.readline()
            assert line, "scimstack dev has ended: " + text
            text += line
        change(re.search(r"http://\S+/acme", text).group())
        secret = re.search(r"signing secret (\S+)\)", text).group(1)
        deliveries = [server.got.get(timeout=60) for _ in range(len(FACTS) + 1)]
        print(f"{check(secret, deliveries)} webhooks are verified by standardwebhooks; wrong secrets and altered bodies are refused")
    finally:
        dev.terminate()
        dev.wait(timeout=20)


main(sys.argv[1])
