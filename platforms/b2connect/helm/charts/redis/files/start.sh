#!/bin/sh
# What differs by pod: the password, and for all but the first pod whom to copy. It stands in a file, as arguments are seen
# by everybody in the pod.
set -eu
umask 077
{
  printf 'requirepass %s\nmasterauth %s\n' "$REDIS_PASSWORD" "$REDIS_PASSWORD"
  printf 'maxmemory %s\nmaxmemory-policy %s\n' "$MAX_MEMORY" "$MAX_MEMORY_POLICY"
  [ "$POD_NAME" = redis-0 ] || printf 'replicaof redis-0.redis-headless 6379\nreplica-announce-ip %s.redis-headless\n' "$POD_NAME"
} >/run/redis/own.conf
exec redis-server /etc/redis/redis.conf
