#!/usr/bin/env bash
# Checks that the table of the CDK template equals the definition in pkg/dynamo: keys, index,
# projection, billing and stream.
set -euo pipefail
cd "$(dirname "$0")/.."
go run ./internal/tools/tabledefinition >bin/table.json
python3 - bin/table.json infra/cdk/stack/testdata/split-data.golden.json <<'PYTHON'
import json, sys
code = json.load(open(sys.argv[1]))
stack = json.load(open(sys.argv[2]))
[table] = [r["Properties"] for r in stack["Resources"].values() if r["Type"] == "AWS::DynamoDB::Table"]

def keys(schema): return [(k["AttributeName"], k["KeyType"]) for k in schema]
def index(i): return (i["IndexName"], keys(i["KeySchema"]), i["Projection"]["ProjectionType"], sorted(i["Projection"].get("NonKeyAttributes") or []))
def shape(t):
    return {"attributes": sorted((a["AttributeName"], a["AttributeType"]) for a in t["AttributeDefinitions"]),
            "keys": keys(t["KeySchema"]), "indexes": [index(i) for i in t["GlobalSecondaryIndexes"]],
            "billing": t["BillingMode"], "stream": t["StreamSpecification"]["StreamViewType"]}

if shape(code) != shape(table):
    sys.exit(f"the tables differ:\n  pkg/dynamo {shape(code)}\n  template   {shape(table)}")
if table["TimeToLiveSpecification"] != {"AttributeName": "ttl", "Enabled": True}:
    sys.exit(f"TTL differs: {table['TimeToLiveSpecification']}")
print("the table of the template equals the table of pkg/dynamo")
PYTHON
