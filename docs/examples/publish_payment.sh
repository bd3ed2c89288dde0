#!/usr/bin/env bash
# Publish an event to Relance with nothing but bash: NATS speaks lines of text.
#
#   publish_payment.sh TYPE JSON [EVENT_ID]
#
# Prints the receipt of the stream, {"stream":"PAYMENTS","seq":1}: the event is stored.
# Give EVENT_ID, one for each event, if you may have to try again.
set -euo pipefail
export LC_ALL=C # lengths in bytes

type=$1 body=$2 id=${3:-$(</proc/sys/kernel/random/uuid)}
host=${NATS_HOST:-127.0.0.1} port=${NATS_PORT:-4222}
inbox="_INBOX.$id"

fail() {
  echo "publish_payment: $1" >&2
  exit 1
}

printf -v headers '%s\r\n' "NATS/1.0" \
  "ce-specversion: 1.0" "ce-id: $id" "ce-type: $type" "ce-source: urn:example:cash-desk" \
  "ce-time: $(date -u +%FT%TZ)" "content-type: application/json" "Nats-Msg-Id: $id" ""

exec 3<>"/dev/tcp/$host/$port" || fail "no NATS server answers at $host:$port"
{
  printf 'CONNECT {"verbose":false,"headers":true,"no_responders":true,"lang":"bash","version":"1"}\r\n'
  printf 'SUB %s 1\r\n' "$inbox"
  printf 'HPUB %s %s %d %d\r\n%s%s\r\n' \
    "$type" "$inbox" "${#headers}" "$((${#headers} + ${#body}))" "$headers" "$body"
} >&3

while IFS= read -r -t 5 line <&3; do
  case $line in
    PING*) printf 'PONG\r\n' >&3 ;;
    -ERR*) fail "the server says: $line" ;;
    HMSG*) fail "no stream takes $type" ;;
    MSG*)
      IFS= read -r -t 5 receipt <&3
      [[ $receipt != *'"error"'* ]] || fail "refused: $receipt"
      echo "${receipt%$'\r'}"
      exit 0
      ;;
  esac
done
fail "no receipt within 5 s; try again with EVENT_ID $id"
