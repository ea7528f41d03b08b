#!/usr/bin/env bash
# Tool:    PostgreSQL 15.18 (Debian 12: 15.18-0+deb12u1), server and psql; wants root
# Run:     2026-11-30
# Seen:    A client is killed while the server copies a database for it (CREATE DATABASE … TEMPLATE). The server goes on:
#          meanwhile no list has the new database, DROP DATABASE IF EXISTS says that there is none, and whoever makes it
#          again is refused, since it turns up when the dead client's statement is through.
# Output:  killed; databases called copy: 0
#          DROP DATABASE IF EXISTS: exit 0
#          CREATE DATABASE copy: exit 1
#          databases called copy: 1
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

sql -c 'CREATE DATABASE large'
sql -d large -c "CREATE TABLE things AS SELECT repeat(md5(n::text), 30) AS text FROM generate_series(1, 500000) n"
# The client itself, not the shell around it, so that its process is the one that is killed.
as "$bin/psql" -qAtX -c 'CREATE DATABASE copy TEMPLATE large' >"$dir/out" 2>&1 &
client=$!
active="SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'CREATE DATABASE copy TEMPLATE%'"
for _ in $(seq 1000); do [ -n "$(sql -c "$active")" ] && break; done
kill -9 "$(ps -o pid= --ppid "$client" | tr -d ' ')" 
wait "$client" 2>"$dir/out" || true
count="SELECT count(*) FROM pg_database WHERE datname = 'copy'"
{
  echo "killed; databases called copy: $(sql -c "$count")"
  code=0
  sql -c 'DROP DATABASE IF EXISTS copy' 2>"$dir/out" || code=$?
  echo "DROP DATABASE IF EXISTS: exit $code"
  code=0
  sql -c 'CREATE DATABASE copy TEMPLATE template0' 2>"$dir/out" || code=$?
  echo "CREATE DATABASE copy: exit $code"
  echo "databases called copy: $(sql -c "$count")"
} | tee "$dir/seen"
diff "$dir/seen" - <<'END'
killed; databases called copy: 0
DROP DATABASE IF EXISTS: exit 0
CREATE DATABASE copy: exit 1
databases called copy: 1
END
