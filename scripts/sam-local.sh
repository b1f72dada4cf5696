#!/usr/bin/env bash
# Runs the synthesised template in SAM CLI: real Lambda containers and a local HTTP API.
#   scripts/sam-local.sh             until Ctrl-C; prints the base URL and a token
#   scripts/sam-local.sh COMMAND …   runs COMMAND with BASE, TABLE and AWS_* set, then stops
# The table is kept by the DynamoDB engine of internal/dynamotest in another container; its data is
# lost at the end. DYNAMODB_ENDPOINT selects another DynamoDB, by the address that the containers
# use; create the table and a tenant there first.
set -euo pipefail
cd "$(dirname "$0")/.."
docker info >/dev/null 2>&1 || { echo "Docker is not running; scripts/sam-replay.sh can start it, and \`scimstack lambda\` does not need it" >&2; exit 3; }
mkdir -p bin/sam
if [ ! -x bin/venv-sam/bin/sam ]; then
	python3 -m venv bin/venv-sam
	bin/venv-sam/bin/pip install -q 'aws-sam-cli==1.170.0' || { rm -rf bin/venv-sam; echo "aws-sam-cli cannot be installed" >&2; exit 3; }
fi
network=scimstack-sam database=scimstack-sam-dynamodb
table=scimstack-local port=${PORT:-0} sam=
cleanup() {
	[ -z "$sam" ] || { kill "$sam" 2>/dev/null && wait "$sam" 2>/dev/null; } || true
	docker ps -aq --filter network=$network | xargs -r docker rm -f >/dev/null 2>&1 || true
	docker network rm $network >/dev/null 2>&1 || true
}
trap cleanup EXIT
trap 'exit 130' INT TERM
[ "$port" != 0 ] || port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
base=http://127.0.0.1:$port/scim/v2
endpoint=${DYNAMODB_ENDPOINT:-} outside=${DYNAMODB_ENDPOINT:-}

cleanup
docker network create $network >/dev/null
scripts/sam-image.sh
token='(of the tenant that you created)'
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
if [ -z "${DYNAMODB_ENDPOINT:-}" ]; then
	mkdir -p bin/sam/dynamodb
	CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -o bin/sam/dynamodb/ ./internal/tools/dynamoserver
	tar -C bin/sam/dynamodb -c dynamoserver | docker import --platform linux/amd64 - $database >/dev/null
	docker run -d --name $database --network $network -p 127.0.0.1:0:8000 $database \
		/dynamoserver -addr 0.0.0.0:8000 -table $table >/dev/null
	for _ in $(seq 100); do docker logs $database 2>&1 | grep -q ready && break; sleep 0.1; done
	token=$(docker logs $database 2>&1 | sed -n 's/^token *//p')
	outside=http://$(docker port $database 8000/tcp | head -1)
	# By address: SAM starts a container outside the network and connects it later, so it cannot
	# resolve the names of the network.
	endpoint=http://$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' $database):8000
fi
CUSTOMER=local ARCH=x86_64 scripts/cdk.sh synth --quiet -o ../../bin/sam/cdk.out -c endpoint="$endpoint" >bin/sam/synth.log 2>&1 || { cat bin/sam/synth.log >&2; exit 1; }
echo '{"Parameters":{"SCIMSTACK_PUBLIC_BASE":"'"$base"'"}}' >bin/sam/env.json
pull=(--skip-pull-image)
[ "${SAM_PULL:-}" != 1 ] || pull=()
SAM_CLI_TELEMETRY=0 bin/venv-sam/bin/sam local start-api --config-file "$PWD/samconfig.toml" \
	-t bin/sam/cdk.out/scimstack-local.template.json --port "$port" --docker-network $network "${pull[@]}" \
	--env-vars bin/sam/env.json >bin/sam/sam.log 2>&1 &
sam=$!
for _ in $(seq 600); do
	grep -q 'Running on\|Press CTRL' bin/sam/sam.log && break
	kill -0 "$sam" 2>/dev/null || { tail -30 bin/sam/sam.log >&2; exit 1; }
	sleep 0.2
done
printf 'base URL  %s/acme\ntoken     %s\nlog       bin/sam/sam.log\n' "$base" "$token"
# Set after SAM has started: SAM passes its own environment to the functions, and the containers
# cannot reach the table by this address.
export BASE=$base TABLE=$table TOKEN=$token AWS_ENDPOINT_URL_DYNAMODB=$outside
if [ $# -gt 0 ]; then "$@"; else echo 'ready; Ctrl-C stops'; wait "$sam"; fi
