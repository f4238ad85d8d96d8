#!/bin/sh
# `sentry-cli monitors run` around a command that goes well and one that does not; and the other endpoint with curl.
# What comes of it: `cli-works` completed, `cli-fails` failed in the environment `staging`; `curl-job` completed.
set -eu

SENTRY_DSN=$PUNCTUAL_DSN
SENTRY_LOG_LEVEL=warn
export SENTRY_DSN SENTRY_LOG_LEVEL
cli=${SENTRY_CLI:-sentry-cli}
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# A server that refuses does not make the job fail; it is told, and that fails here.
quietly() {
    code=0
    "$cli" "$@" 2>"$said" || code=$?
    cat "$said" >&2
    if grep -qiE 'warn|error' "$said"; then exit 1; fi
    return "$code"
}

quietly monitors run -s '0 2 * * *' --timezone Europe/Riga --check-in-margin 5 --max-runtime 30 \
    --failure-issue-threshold 2 --recovery-threshold 2 cli-works -- true
if quietly monitors run -e staging cli-fails -- sh -c 'exit 3'; then
    echo 'sentry-cli hides that the job has failed' >&2
    exit 1
fi

# http://KEY@HOST/NUMBER → http://HOST/api/NUMBER/cron/SLUG/KEY
scheme=${PUNCTUAL_DSN%%://*}
rest=${PUNCTUAL_DSN#*://}
key=${rest%%@*}
place=${rest#*@}
at="$scheme://${place%/*}/api/${place##*/}/cron/curl-job/$key"
curl --fail --silent --show-error "$at?status=in_progress"
curl --fail --silent --show-error -X POST "$at/?status=ok"
