#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-fetch and connections that end everywhere, where the server continues a file: at every byte of
# a file of 64 KiB, and at 1,000 places of one of 50 MB. Right bytes under the final name at last, and never any others.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/httpd.sh
. "$ROOT/tests/tools/httpd.sh"
# shellcheck source=tests/tools/cuts.sh
. "$ROOT/tests/tools/cuts.sh"

month small 65536
serve "$T/small"
# What comes with less than the first two bytes tells nothing, and nothing of it is kept.
every 2 65535 "$step"
cut '64 KiB, continued' small range
# What was sent before a reset may be lost on the way: then less of the file was kept.
every 2 65535 $((step * 16))
cut '64 KiB, continued, reset' small 'range by=reset'
cut '64 KiB, continued, chunked' small 'range chunked'
month large "$bytes"
serve "$T/large"
shuf -i 2-$((bytes - 1)) -n "$places" | sort -n >"$T/places"
cut 'large, continued' large range
echo "# total: http-cuts-continued points=$tries losses=$losses"
done_testing
