#!/bin/sh
# Gives the database's user the password of the Secret, at every start: the image does so only when it creates the
# database, and a volume may be older than the Secret. On TCP the server answers when it is there for good.
left=150
until pg_isready -q -h 127.0.0.1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"; do
  left=$((left - 1))
  [ "$left" -gt 0 ] || exit 0
  sleep 2
done
# From 127.0.0.1 the image lets its user in without a password.
psql -q -h 127.0.0.1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v ON_ERROR_STOP=1 <<'SQL' || exit 0
\getenv name POSTGRES_USER
\getenv secret POSTGRES_PASSWORD
ALTER ROLE :"name" PASSWORD :'secret';
SQL
