exec cat "$HELM_PLUGIN_DIR/$1" </dev/null
