#!/bin/sh
# Installs what some tests use and can do without: strace (faults in system calls) and PostgreSQL (the shared
# control database). Only as root, only what is missing, only where apt-get is; it always succeeds.

missing=""
command -v strace >/dev/null 2>&1 || missing="$missing strace"
command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
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
