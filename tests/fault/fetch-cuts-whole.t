#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-fetch and connections that end everywhere, where the server always begins at the first byte: at every byte of
# a file of 64 KiB, and at 1,000 places of one of 50 MB. Right bytes under the final name at last, and never any others.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/httpd.sh
. "$ROOT/tests/tools/httpd.sh"
# shellcheck source=tests/tools/cuts.sh
. "$ROOT/tests/tools/cuts.sh"

month small 65536
serve "$T/small"
every 0 65535 "$step"
cut '64 KiB' small ''
every 0 65535 $((step * 16))
cut '64 KiB, chunked' small chunked
cut '64 KiB, reset' small by=reset
month large "$bytes"
serve "$T/large"
shuf -i 2-$((bytes - 1)) -n "$places" >"$T/places"
cut large large ''
echo "# total: http-cuts-whole points=$tries losses=$losses"
done_testing
