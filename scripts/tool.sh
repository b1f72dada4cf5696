#!/usr/bin/env bash
# Sourced by scripts that need a Go program of a fixed version.

# tool NAME VERSION PACKAGE installs a program as bin/NAME-VERSION if it is missing, and sets bin to its
# path. A module proxy may refuse a request for a moment: it is asked three times.
tool() {
	bin="$PWD/bin/$1-$2"
	[ ! -x "$bin" ] || return 0
	mkdir -p bin
	local try
	for try in 1 2 3; do
		if GOBIN="$PWD/bin" GOFLAGS= go install "$3@$2"; then
			mv "bin/$1" "$bin"
			return 0
		fi
		echo "go install $3@$2 failed, try $try of 3" >&2
		sleep $((try * 5))
	done
	return 1
}
