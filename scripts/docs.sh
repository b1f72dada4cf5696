#!/usr/bin/env bash
# The site of the guide, made of docs/ by MkDocs:
#   scripts/docs.sh            build/site, with Markdown twins of the pages and llms.txt
#   scripts/docs.sh check      builds it and opens every page in Chromium: site/check.mjs; then as versions
#   scripts/docs.sh versions   publishes three versions in a copy of the repository, and opens them in Chromium: site/versions.mjs
#   scripts/docs.sh publish V  one more version on the branch gh-pages, with mike: main is "next", a tag its own version
# `scimstack dev --docs build/site` serves it.
set -euo pipefail
cd "$(dirname "$0")/.."
missing() {
	echo "skipped: $1"
	exit 0
}
command -v python3 >/dev/null || missing "python3 is not installed"
venv=$PWD/bin/venv-site tools=$PWD/bin/site
export NO_MKDOCS_2_WARNING=1
mkdir -p bin
if ! cmp -s site/requirements.txt "$venv/requirements.txt"; then
	rm -rf "$venv"
	python3 -m venv "$venv" || missing "python3 has no venv module"
	"$venv/bin/pip" install -q -r site/requirements.txt || { rm -rf "$venv"; missing "mkdocs-material cannot be installed"; }
	cp site/requirements.txt "$venv/requirements.txt"
fi
if [ "${1:-}" = publish ]; then
	version=${2:?the name of a branch or a tag}
	export MIKE_DOCS_VERSION=$version SITE_URL=${SITE_URL-https://scimstack.github.io/scimstack/} PATH=$venv/bin:$PATH
	case $version in
	v*-*) exec mike deploy -F site/mkdocs.yml ${PUSH---push} "$version" ;; # before a release: not the latest
	v*) mike deploy -F site/mkdocs.yml ${PUSH---push} --update-aliases "$version" latest && exec mike set-default -F site/mkdocs.yml ${PUSH---push} latest ;;
	*) exec mike deploy -F site/mkdocs.yml ${PUSH---push} --title "next" next ;;
	esac
fi
if [ "${1:-}" != versions ]; then
	"$venv/bin/mkdocs" build --quiet --clean -f site/mkdocs.yml
	echo "built: build/site, $(find build/site -name index.html | wc -l) pages"
	[ "${1:-}" = check ] || exit 0
fi

command -v npm >/dev/null || missing "the browser test needs Node.js with npm"
if ! cmp -s site/package.json "$tools/package.json" || [ ! -d "$tools/node_modules/axe-core" ]; then
	mkdir -p "$tools"
	cp site/package.json "$tools/package.json"
	npm install --prefix "$tools" --no-audit --no-fund --ignore-scripts --silent || { rm -f "$tools/package.json"; missing "the browser test cannot be installed"; }
fi
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	(apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium) >bin/chromium.out 2>&1 || true
	browser=$(command -v chromium || true)
fi
[ -n "$browser" ] || missing "no Chromium is installed, and apt-get cannot install it"
[ "${1:-}" = versions ] || (cd "$tools" && node ../../site/check.mjs ../../build/site "$browser" ${PICTURES:+"$PICTURES"})

# Versions, published as .github/workflows/docs.yml does, by this script, in a repository of its own.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -zco --exclude-standard | while IFS= read -rd '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done | xargs -0 cp -P --parents -t "$copy"
mkdir "$copy/bin"
ln -s "$venv" "$copy/bin/venv-site"
(
	cd "$copy"
	git init -q -b main .
	git config user.name docs
	git config user.email docs@example.com
	git commit -q --allow-empty -m "a copy"
	for version in main v0.1.0 v0.2.0-rc.1; do PUSH='' ./scripts/docs.sh publish "$version" >"$copy/bin/mike.out" 2>&1 || { cat "$copy/bin/mike.out"; exit 1; }; done
	mkdir bin/versions
	git archive gh-pages | tar -x -C bin/versions
)
cd "$tools" && node ../../site/versions.mjs "$copy/bin/versions" "$browser"
