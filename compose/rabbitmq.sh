#!/bin/bash
#
# Starts the broker of the compose stack. Its users and their permissions come from
# broker-permissions.json, their passwords from the environment; the broker takes over both at each
# start, before anybody can connect. RabbitMQ then makes no guest account.
set -euo pipefail
umask 077

FOLDER=/tmp/warren # in memory: /tmp is a tmpfs

main() {
  mkdir -p "$FOLDER/definitions" # there already if the container was only stopped
  cp /etc/warren/broker-permissions.json "$FOLDER/definitions/1-permissions.json"
  write_passwords >"$FOLDER/definitions/2-passwords.json"
  cat >"$FOLDER/rabbitmq.conf" <<CONF
load_definitions = $FOLDER/definitions
auth_mechanisms.1 = PLAIN
auth_mechanisms.2 = AMQPLAIN
CONF
  unset PRODUCER_PASSWORD WORKER_PASSWORD CLIENT_PASSWORD ADMIN_PASSWORD
  export RABBITMQ_CONFIG_FILE=$FOLDER/rabbitmq.conf
  exec docker-entrypoint.sh rabbitmq-server
}

write_passwords() {
  printf '{"users": [\n'
  user producer '' "$PRODUCER_PASSWORD" && printf ',\n'
  user worker '' "$WORKER_PASSWORD" && printf ',\n'
  user client '' "$CLIENT_PASSWORD" && printf ',\n'
  user admin '"administrator"' "$ADMIN_PASSWORD" && printf '\n]}\n'
}

user() { # NAME TAGS PASSWORD
  local password=$3
  case $password in
    '' | *[[:cntrl:]]*)
      printf 'WARREN_RABBITMQ_%s_PASSWORD must not be empty or have control characters\n' "${1^^}" >&2
      exit 1
      ;;
  esac
  password=${password//\\/\\\\} password=${password//\"/\\\"}
  printf '  {"name": "warren-%s", "tags": [%s], "password": "%s"}' "$1" "$2" "$password"
}

main
