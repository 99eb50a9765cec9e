#!/usr/bin/env bash
# Install Debian packages that are missing: install_debian_packages.sh PACKAGE…
# Needs apt-get, as root or with sudo that asks no password.
set -euo pipefail

fail() { printf 'install_debian_packages: error: %s\n' "$*" >&2; exit 1; }

missing=() root=()
for package in "$@"; do
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
    missing+=("$package")
done
((${#missing[@]})) || exit 0
command -v apt-get >/dev/null || fail "apt-get not found: install ${missing[*]} by hand"
if ((EUID != 0)); then
  sudo -n true 2>/dev/null ||
    fail "apt-get needs root to install ${missing[*]}: run as root, or install them first"
  root=(sudo -n)
fi
printf '[%4ds] apt-get install %s\n' "$SECONDS" "${missing[*]}"
"${root[@]}" apt-get update -qq ||
  fail "'apt-get update' failed: check the network and apt's sources," \
    "or install ${missing[*]} by hand"
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "${missing[@]}" >/dev/null ||
  fail "apt-get could not install ${missing[*]}"
