#!/bin/sh
# Puts together what a node reads: its settings with the password, and the cookie that nodes know one another by.
set -eu
umask 077
cp /etc/b2connect/rabbitmq.conf /etc/b2connect/enabled_plugins "$CONFIG/"
{
  printf 'default_user = %s\ndefault_pass = %s\n' "$USERNAME" "$PASSWORD"
  printf 'cluster_formation.k8s.hostname_suffix = .rabbitmq-headless.%s.svc.%s\n' "$NAMESPACE" "$CLUSTER_DOMAIN"
} >>"$CONFIG/rabbitmq.conf"
printf '%s' "$COOKIE" >"$CONFIG/cookie"
# The one of the last start cannot be written to.
rm -f /var/lib/rabbitmq/.erlang.cookie
cp "$CONFIG/cookie" /var/lib/rabbitmq/.erlang.cookie
chmod 400 /var/lib/rabbitmq/.erlang.cookie
