"""Serves ministack on a free port of the loopback interface and prints its address."""

import os
import socket
import sys
import time
import urllib.error
import urllib.request

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
os.environ.update(BIND_HOST="127.0.0.1", GATEWAY_PORT=str(port))
if os.fork():  # this process becomes the server, so that the caller can stop it by its pid
    os.execv(os.path.join(os.path.dirname(sys.executable), "ministack"), ["ministack"])
os.setsid()
url = f"http://127.0.0.1:{port}"
for _ in range(300):
    try:
        urllib.request.urlopen(url, timeout=1)
    except urllib.error.HTTPError:
        pass
    except OSError:
        time.sleep(0.1)
        continue
    print(url, flush=True)
    break
