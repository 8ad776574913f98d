#!/bin/sh
# Installs what some tests use and can do without: strace (faults in system calls), PostgreSQL (the shared control
# database) and Chromium (the console) as root and where apt-get is, and the official Node clients. Only what is missing;
# it always succeeds.

# The official Node clients, for tests/sdk/test_node.py. Nothing of them is part of the service.
if command -v npm >/dev/null 2>&1 && [ ! -d tests/sdk/node/node_modules ]; then
    (cd tests/sdk/node && npm ci --silent --no-audit --no-fund >/dev/null 2>&1) ||
        echo "could not install the Node clients. The tests that use them will be skipped."
fi

missing=""
command -v strace >/dev/null 2>&1 || missing="$missing strace"
command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium fonts-noto-cjk"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "not found:$missing. The tests that use them will be skipped."
    exit 0
fi
echo "installing$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of names
{ apt-get install -qq -y --no-install-recommends $missing || {
    apt-get update -qq && apt-get install -qq -y --no-install-recommends $missing; }; } >/dev/null 2>&1 ||
    echo "could not install$missing. The tests that use them will be skipped."
exit 0
