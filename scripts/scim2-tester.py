"""Run scim2-tester against a server: BASE TOKEN EXPECTED-FILE.

Each line of the expected file is "title | part of the reason | explanation". The check fails on
an error that no line explains, and on a line that matches no error.
"""

import sys
from collections import Counter

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

base, token, expected_file = sys.argv[1:]
expected = []
with open(expected_file, encoding="utf-8") as f:
    for line in f:
        if line.strip() and not line.startswith("#"):
            title, part, why = (s.strip() for s in line.split("|", 2))
            expected.append([title, part, why, 0])

client = SyncSCIMClient(Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=30))
results = check_server(client)
failed = 0
counts = Counter(r.status.name for r in results)
for r in results:
    if r.status not in (Status.ERROR, Status.CRITICAL, Status.DEVIATION):
        continue
    reason = str(r.reason or "").replace("\n", " ")
    for e in expected:
        if e[0] == r.title and e[1] in reason:
            e[3] += 1
            print(f"explained: {r.title}: {reason[:200]} ({e[2]})")
            break
    else:
        failed += 1
        print(f"--- FAIL: {r.status.name} {r.title}: {reason[:600]}")
for title, part, _, hits in expected:
    if not hits:
        failed += 1
        print(f"--- FAIL: expected but not seen: {title} | {part}")
print("scim2-tester:", ", ".join(f"{n} {s.lower()}" for s, n in sorted(counts.items())))
sys.exit(1 if failed else 0)
