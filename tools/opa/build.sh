#!/bin/sh
# Builds OPA's compiler as one WASI file.
#   tools/opa/build.sh           writes opa.wasm.br, opa.wasm.sha256 and capabilities.json (about two minutes)
#   tools/opa/build.sh --check   builds in a temporary folder and compares with what is committed
# Needs Go, Node and `npm ci`. Nobody needs it to install, build or test kubelapse.
set -eu
cd "$(dirname "$0")"

# The bytes depend on the Go version: exactly the one in go.mod, not a newer one.
GOTOOLCHAIN=$(sed -n 's/^toolchain //p' go.mod)
export GOTOOLCHAIN GOFLAGS= GOEXPERIMENT=
unset GOWASM

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

GOOS=wasip1 GOARCH=wasm go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$work/opa.wasm" .
built=$(sha256sum "$work/opa.wasm" | cut -d ' ' -f 1)

if [ "${1:-}" = --check ]; then
	node -e '
		const { brotliDecompressSync } = require("node:zlib");
		process.stdout.write(brotliDecompressSync(require("node:fs").readFileSync("opa.wasm.br")));
	' >"$work/committed.wasm"
	committed=$(sha256sum "$work/committed.wasm" | cut -d ' ' -f 1)
	noted=$(cat opa.wasm.sha256)
	if [ "$built" != "$noted" ] || [ "$committed" != "$noted" ]; then
		echo "opa.wasm: built $built, in opa.wasm.br $committed, in opa.wasm.sha256 $noted: run tools/opa/build.sh and commit" >&2
		exit 1
	fi
	echo "opa.wasm: $built"
	exit 0
fi

node -e '
	const { brotliCompressSync, constants } = require("node:zlib");
	const { readFileSync, writeFileSync } = require("node:fs");
	const wasm = readFileSync(process.argv[1]);
	writeFileSync("opa.wasm.br", brotliCompressSync(wasm, { params: {
		[constants.BROTLI_PARAM_QUALITY]: 11,
		[constants.BROTLI_PARAM_LGWIN]: 24,
		[constants.BROTLI_PARAM_SIZE_HINT]: wasm.length,
	} }));
' "$work/opa.wasm"
echo "$built" >opa.wasm.sha256

echo '{"command":"capabilities"}' | go run . | node -e '
	const { errors, capabilities } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
	if (errors) throw new Error(errors[0].message);
	process.stdout.write(`${JSON.stringify(capabilities, null, 2)}\n`);
' >"$work/capabilities.json"
mv "$work/capabilities.json" capabilities.json
../../node_modules/.bin/biome format --write capabilities.json
ls -l opa.wasm.br capabilities.json
