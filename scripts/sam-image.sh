#!/usr/bin/env bash
# Creates a base image for the functions from files of the local machine, under the name that SAM
# looks for. The real image is not needed: the functions are static programs, and SAM adds the
# runtime interface itself. With SAM_PULL=1 nothing is created and SAM pulls the real image.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "${SAM_PULL:-}" != 1 ] || exit 0
name=$(bin/venv-sam/bin/python -c 'from samcli.local.docker.lambda_image import LambdaImage as I, Runtime as R
print(f"{I._INVOKE_REPO_PREFIX}/" + R.get_image_name_tag("provided.al2023", "x86_64"))')
# A pulled image is kept; one that this script created is replaced.
if label=$(docker image inspect -f '{{index .Config.Labels "scimstack"}}' "$name" 2>/dev/null) && [ "$label" != base ]; then exit 0; fi
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,etc,tmp,opt,dev,proc,sys,var/task,var/runtime}
chmod 1777 "$root/tmp"
echo 'root:x:0:0:root:/:/bin/sh' >"$root/etc/passwd"
for program in sh mv chmod; do
	path=$(readlink -f "$(command -v $program)")
	cp "$path" "$root/bin/$program"
	ldd "$path" | grep -oE '/[^ ]+' | while read -r library; do
		mkdir -p "$root$(dirname "$library")"
		cp -L "$library" "$root$library"
	done
done
tar -C "$root" -c . | docker import --platform linux/amd64 -c 'LABEL scimstack=base' -c 'ENV PATH=/bin' -c 'WORKDIR /var/task' - "$name" >/dev/null
echo "created a base image from local files: $name"
