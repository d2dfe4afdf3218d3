#!/bin/bash
# Chromium and a Chinese font: installed where we may, asked for where we may not.
set -eu
command -v chromium >/dev/null && fc-list 2>/dev/null | grep -qi 'cjk' && exit 0
if [ "$(id -u)" = 0 ]; then sudo=; elif sudo -n true 2>/dev/null; then sudo=sudo; else
    echo "The browser tests are left out: they need sudo apt-get install chromium fonts-noto-cjk" >&2
    exit 0
fi
command -v apt-get >/dev/null || {
    echo "The browser tests are left out: they need Chromium and the Noto CJK fonts." >&2
    exit 0
}
echo "Installing Chromium and fonts for the browser tests …"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq >/dev/null
$sudo apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig >/dev/null
