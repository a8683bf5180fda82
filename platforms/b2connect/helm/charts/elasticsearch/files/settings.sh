#!/bin/sh
# Puts together the folder of settings: the image's own, ours, and the accounts, by Elasticsearch's own tool.
set -eu
umask 077
cp -r /usr/share/elasticsearch/config/. "$ES_PATH_CONF/"
cp /etc/b2connect/elasticsearch.yml /etc/b2connect/roles.yml "$ES_PATH_CONF/"
if [ -d /etc/transport ]; then
  mkdir -p "$ES_PATH_CONF/transport"
  cp /etc/transport/* "$ES_PATH_CONF/transport/"
fi
account() {
  /usr/share/elasticsearch/bin/elasticsearch-users useradd "$1" -p "$2" -r "$3"
}
account elastic-admin "$ADMIN_PASSWORD" superuser
account "$SERVICES_USERNAME" "$SERVICES_PASSWORD" services
account fluent-bit "$LOG_PASSWORD" logs_writer
account kibana "$KIBANA_PASSWORD" kibana_system
