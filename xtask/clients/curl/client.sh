#!/usr/bin/env bash
# What the pages of Uptime Kuma, Gatus, Dead Man's Snitch, Better Stack and Alertmanager tell people to send, sent by curl. From the
# environment: PUNCTUAL_URL; TOKEN, an alias of one scheduler; KEY, by which Gatus is to name it (its slug or id).
set -euo pipefail
send() { curl --silent --show-error --fail-with-body --max-time 10 "$@"; echo; }
said() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'" >&2; exit 1; }; }

said "$(send "$PUNCTUAL_URL/api/push/$TOKEN?status=up&msg=OK&ping=")" '{"ok":true}'
said "$(send "$PUNCTUAL_URL/api/push/$TOKEN?status=down&msg=disk%20full&ping=12")" '{"ok":true}'
said "$(send -X POST -H "Authorization: Bearer $TOKEN" "$PUNCTUAL_URL/api/v1/endpoints/$KEY/external?success=true&error=&duration=10s")" ''
said "$(send -X POST -H "Authorization: Bearer $TOKEN" "$PUNCTUAL_URL/api/v1/endpoints/$KEY/external?success=false&error=disk%20full")" ''
said "$(send "$PUNCTUAL_URL/$TOKEN")" 'Got it, thanks!'
said "$(send -d 's=1' --data-urlencode 'm=no room' "$PUNCTUAL_URL/$TOKEN")" 'Got it, thanks!'
said "$(send "$PUNCTUAL_URL/api/v1/heartbeat/$TOKEN")" 'OK'
said "$(send -d 'it printed this' "$PUNCTUAL_URL/api/v1/heartbeat/$TOKEN/3")" 'OK'
said "$(send --json '{"version":"4","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"Watchdog"}}]}' "$PUNCTUAL_URL/watchdog/$TOKEN")" 'OK'
said "$(send "$PUNCTUAL_URL/cronitor/$TOKEN/tick?host=$(hostname)")" 'OK'
