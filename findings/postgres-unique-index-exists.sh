#!/usr/bin/env bash
# Tool:    PostgreSQL 15.18 (Debian 12: 15.18-0+deb12u1), server, psql and pg_dump; wants root
# Run:     2026-11-30
# Seen:    A unique index that is made CONCURRENTLY fails on a duplicate, and leaves an index of its name behind that is not
#          valid. The same statement again, with IF NOT EXISTS as migrations have it, then says only in a notice that it is
#          there, and ends with 0: the migration counts as done, and the duplicates stay. pg_dump leaves such an index out
#          without a word, so that a restored database has none.
# Output:  first: exit 1
#          second: exit 0
#          1 index called only_once, valid: f
#          2 rows with the same value
#          0 indexes in the dump
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

sql -c "CREATE TABLE things (name text); INSERT INTO things VALUES ('a'), ('a')"
index='CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS only_once ON things (name)'
{
  for time in first second; do
    code=0
    sql -c "$index" 2>"$dir/said" || code=$?
    echo "$time: exit $code"
  done
  sql -c "SELECT count(*) || ' index called only_once, valid: ' || min(indisvalid::text)::char(1)
            FROM pg_index WHERE indexrelid = 'only_once'::regclass"
  sql -c "SELECT count(*) || ' rows with the same value' FROM things"
  echo "$(as "$bin/pg_dump" | grep -c 'INDEX' || true) indexes in the dump"
} | tee "$dir/seen"
diff "$dir/seen" - <<'END'
first: exit 1
second: exit 0
1 index called only_once, valid: f
2 rows with the same value
0 indexes in the dump
END
