#!/usr/bin/env bash
# Tool:    PostgreSQL 15.18 (Debian 12: 15.18-0+deb12u1), pg_dump and psql; wants root
# Run:     2026-11-30
# Seen:    A plain dump that was cut off in the middle of a table's rows is restored with exit 0, in one transaction that is
#          committed and with ON_ERROR_STOP as well: the end of the file counts as the end of the rows. Half of them are
#          there, and the primary key that would have followed is not.
# Output:  whole: 1000 rows, 1 primary key
#          cut: exit 0, nothing said, 500 rows, 0 primary keys
set -euo pipefail
bin=/usr/lib/postgresql/15/bin
dir=$(mktemp -d)
chown postgres "$dir"
as() { runuser -u postgres -- env PGHOST="$dir" PGDATABASE=postgres "$@"; }
as "$bin/initdb" -D "$dir/data" --auth=trust --no-sync >"$dir/initdb.log"
as "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= >"$dir/log" 2>&1 &
server=$!
trap 'kill -INT "$(head -1 "$dir/data/postmaster.pid")"; wait "$server" || true; rm -rf "$dir"' EXIT
for _ in $(seq 300); do as "$bin/psql" -c "" >"$dir/ready" 2>&1 && break; sleep 0.1; done
sql() { as "$bin/psql" -qAtX -v ON_ERROR_STOP=1 "$@"; }

sql -c "CREATE TABLE things (id int PRIMARY KEY); INSERT INTO things SELECT generate_series(1, 1000)"
as "$bin/pg_dump" >"$dir/whole.sql"
sed '/^500$/q' "$dir/whole.sql" >"$dir/cut.sql"
seen() { sql -d "$1" -c "SELECT (SELECT count(*) FROM things) || ' rows, ' || (SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND conrelid = 'things'::regclass) || ' primary key'"; }
{
  echo "whole: $(seen postgres)"
  sql -c 'CREATE DATABASE other'
  code=0
  said=$(sql -d other --single-transaction -f "$dir/cut.sql" 2>&1 >"$dir/out") || code=$?
  echo "cut: exit $code, ${said:-nothing} said, $(seen other)s"
} | tee "$dir/seen"
diff "$dir/seen" - <<'END'
whole: 1000 rows, 1 primary key
cut: exit 0, nothing said, 500 rows, 0 primary keys
END
