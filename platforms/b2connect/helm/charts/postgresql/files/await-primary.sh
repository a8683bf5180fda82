#!/bin/sh
# A replica without data waits for a primary, so that the first server creates the database, on its own claim.
set -eu
[ -s "$PGDATA/PG_VERSION" ] && exit 0
until "$1/pg_isready" -q -h postgres -p 5432; do
  echo "no primary yet"
  sleep 2
done
