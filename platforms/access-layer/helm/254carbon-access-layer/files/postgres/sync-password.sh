#!/bin/sh
# Makes the database's password the one of the Secret, at every start. The image sets it only while
# it creates a database; a volume that outlived its Secret, or a changed Secret, would lock all out.
# Waits on TCP: the server that the image starts while it creates the database listens on the socket only.
tries=0
until pg_isready -q -h 127.0.0.1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"; do
  tries=$((tries + 1))
  [ "$tries" -lt 150 ] || exit 0
  sleep 2
done
psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL' || exit 0
\getenv role POSTGRES_USER
\getenv password POSTGRES_PASSWORD
ALTER ROLE :"role" PASSWORD :'password';
SQL
