#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-parse: XML made to hurt is refused at once, and what is merely large is taken, in little time.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# Seconds that a run may take: some for a sanitizer or valgrind.
limit=5
[ -z "${SANITIZE:-}" ] || limit=20
[ -z "${VALGRIND:-}" ] || limit=120

# quick STATUS COMMAND...: as run, in at most $limit seconds.
quick() {
	local expected=$1
	shift
	run "$expected" timeout "$limit" "$@"
}

# made PYTHON: a file of three labels, the second of which holds what the expression says.
made() {
	python3 -c "
import sys
sys.stdout.buffer.write(b'<labels>\n<label><id>1</id></label>\n')
sys.stdout.buffer.write(($1).encode())
sys.stdout.buffer.write(b'\n<label><id>3</id></label>\n</labels>\n')" >"$T/in.xml"
}

ids() {
	grep -o '^{"type":"data","id":"[^"]*"' "$T/out" | cut -d '"' -f 8 | tr '\n' ' '
}

# Entities.
for file in entity-bomb external-entity external-dtd; do
	quick 65 dx-parse "$DATA/parse/$file.xml"
	says "^dx-parse: .*/$file.xml: has a DOCTYPE or entity declaration, which no dump has\$" "$file is refused"
	check "$file: nothing comes out" test ! -s "$T/out"
done
quick 65 dx-parse "$DATA/parse/doctype-in-record.xml"
equal "$(ids)" '1 ' 'a DOCTYPE in a record ends the file there'
check 'nothing was read from outside' test -z "$(grep root: "$T/out")"
quick 0 dx-parse "$DATA/parse/entity-undeclared.xml"
says 'line 2: record 1 repaired: ' 'an entity that nobody declared is text'
equal "$(grep -o '"name":.*' "$T/out")" '"name":"&passwd; %passwd; %passwd;"}' 'as it was written'
quick 0 dx-parse "$DATA/parse/xinclude.xml"
equal "$(grep -o '"name":.*' "$T/out")" \
	'"name":{"@xmlns:xi":"http://www.w3.org/2001/XInclude","xi:include":{"@href":"file:///etc/passwd","@parse":"text"}}}' \
	'nothing is included'
if command -v strace >/dev/null && strace -o "$T/trace" true 2>/dev/null; then
	strace -f -e trace=openat,open,connect,socket -o "$T/trace" \
		dx-parse "$DATA/parse/"{external-entity,external-dtd,entity-undeclared,xinclude}.xml >/dev/null 2>&1
	strace -f -e trace=openat,open,connect,socket -o "$T/trace2" \
		dx-parse "$DATA/parse/"{entity-undeclared,xinclude}.xml >/dev/null 2>&1
	check 'no file and no connection is opened' test -z \
		"$(grep -E 'passwd|connect|socket|labels.dtd' "$T/trace" "$T/trace2" | grep -v "$DATA")"
else
	skip 'no file and no connection is opened' 'strace does not work here'
fi

# Depth.
for depth in 10000 1000000; do
	made "'<label><id>2</id>' + '<a>' * $depth + '</a>' * $depth + '</label>'"
	quick 0 dx-parse "$T/in.xml"
	equal "$(ids)" '1 3 ' "$depth levels: rejected alone"
	says 'line 3: record 2 rejected: .*depth' "$depth levels: said"
	made "'<label><id>2</id>' + '<a>' * $depth"
	quick 0 dx-parse "$T/in.xml"
	equal "$(ids)" '1 3 ' "$depth levels that never close: rejected alone"
done
made "'<label><id>2</id>' + '<label>' * 100000 + '</label>' * 100000 + '</label>'"
quick 0 dx-parse "$T/in.xml"
equal "$(ids)" '1 3 ' 'labels in labels in labels'

# Size. 300 kB of text, attributes of 1 MB, records of 5 MB.
for text in "'<name>' + 'x' * 300000 + '</name>'" "'<name>' + '&amp;' * 300000 + '</name>'" \
	"'<name>' + '&' * 100000 + '</name>'" "'<a b=\"' + 'x' * 1000000 + '\"/>'" \
	"'<a b=\"' + '&lt;>' * 200000 + '\"/>'" "'<a b=\"' + chr(233) * 500000 + '\"/>'" \
	"'<name>' + '\"' * 5000000 + '</name>'" "'<a>x</a>' * 625000" "'<a><b/></a>' * 450000" \
	"'<name>' + 'x' * 9000000 + '</name>'" "'<!--' + 'x' * 3000000 + '-->'" \
	"'<name><![CDATA[' + ']' * 3000000 + ']]></name>'" \
	"'<a ' + ' '.join('b%d=\"\"' % i for i in range(2000)) + '/>'" \
	"''.join('<m%d/>' % i for i in range(20000))" "''.join('<m%d/>' % (20000 - i) for i in range(20000))" \
	"''.join('<m%d/><n%d/>' % (i * 7919 % 20011, i) for i in range(10000))" \
	"'<sublabels>' + '<label id=\"1\">x</label>' * 100000 + '</sublabels>'" \
	"'<sublabels><label>x</label></sublabels>' * 50000" \
	"'<name>x</name> ' * 50000" "'<' + 'n' * 40000 + '/>'"; do
	made "'<label><id>2</id>' + $text + '</label>'"
	quick 0 dx-parse -j 2 "$T/in.xml"
	equal "$(ids)" '1 2 3 ' "$(stat -c %s "$T/in.xml") bytes: $text"
	check 'the digest is right' "$ROOT/tests/tools/check-records.py" "$T/out"
done
# Over libxml2's own limits: rejected alone.
for text in "'<name>' + 'x' * 11000000 + '</name>'" "'<a b=\"' + 'x' * 11000000 + '\"/>'" \
	"'<' + 'n' * 60000 + '/>'"; do
	made "'<label><id>2</id>' + $text + '</label>'"
	quick 0 dx-parse -j 2 "$T/in.xml"
	equal "$(ids)" '1 3 ' "too large: $text"
done
# Many records that are broken in the worst way cost no more than their size.
for record in '<label><id>2</id>' '<label><id>2</id><!--' '<label><id>2</id><a b=\"' '<label' '<' '</label>' '<a>' \
	'<![CDATA[' '<label><id>2</id></label><!-- -' '<label><id>2</id></a>' '<?'; do
	made "'$record\n' * 20000"
	quick 0 dx-parse -q --max-rejects 100000 "$T/in.xml"
done
# All in one line, where the next record is hard to find.
for record in '<label><id>2</id>' '<label><id>2</id><a b=\"' '<label><id>2</id></a>'; do
	made "'$record' * 20000"
	quick 0 dx-parse -q --max-rejects 100000 "$T/in.xml"
done
# Names that no record had before, as many as libxml2's dictionary never forgets.
python3 - >"$T/in.xml" <<'EOF'
print("<labels>")
for i in range(60000):
    print("<label><id>%d</id>%s</label>" % (i, "".join("<x:n%08d%s/>" % (i * 10 + k, "x" * 40) for k in range(10))))
print("</labels>")
EOF
run 0 dx-parse -j 1 "$T/in.xml"
equal "$(wc -l <"$T/out")" 60000 '30 MB of names that never come again'
done_testing
