#!/bin/sh
# Patroni calls this once, on the primary of a new cluster, with the superuser's connection string.
set -eu
psql -q -v ON_ERROR_STOP=1 -d "$1" <<'SQL'
\getenv role APP_USERNAME
\getenv password APP_PASSWORD
\getenv database APP_DATABASE
SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', :'role', :'password') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'role') \gexec
SQL
