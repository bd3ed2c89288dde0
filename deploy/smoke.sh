#!/bin/sh
# Prove that an installation works: one invoice, its payment event, its dunning case closed.
#
#   deploy/smoke.sh cluster --values FILE...   install the chart, play the story, uninstall
#   deploy/smoke.sh story                      play the story on what runs already, see below
#   deploy/smoke.sh local                      play it on the local stack that `make up` has started
#
# Options of `cluster`:
#   --values FILE          as for helm; may be given several times
#   --namespace NAME       relance-smoke unless given; it holds your Secrets already
#   --release NAME         relance unless given; it must not exist
#   --publisher SECRET     what may publish payments on the bus: its key nats-password or nats.creds;
#                          <secrets.prefix>-publisher unless given
#   --timeout SECONDS      for the installation: 600 unless given
#   --keep                 do not uninstall
#   --beside               though Relance is installed elsewhere on the cluster: the values name servers of their own
#
# `cluster` needs databases, a bus and a namespace of Temporal that no other installation works with: with those of one
# it would take that one's messages, and make its own workflows current. On an installation use `story`.
#
# `story` reads SMOKE_IDENTITY_URL, SMOKE_BILLING_URL and SMOKE_DUNNING_URL, SMOKE_EMAIL and SMOKE_PASSWORD of an
# administrator, and SMOKE_PUBLISH: a command that publishes a payment when the number of an invoice, an amount and
# the id of the payment are added to it. All three forms take SMOKE_WITHIN: seconds to wait for each thing, 60 unless given.
#
# The story writes to the organisation `smoke` alone. Its invoice is due later and its customer has no e-mail address,
# so that nothing is sent to anyone. Needed: curl; for `cluster` kubectl and helm; for `local` the clone.
#
# Exit code: 0 all is well, 1 something is not (the last line says what), 2 a wrong option.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
stamp=$(date -u +%Y%m%d%H%M%S)-$$
within=${SMOKE_WITHIN:-60}
work=$(mktemp -d)

say() { printf '%s\n' "$*"; }
fail() {
    printf 'smoke: %s\n' "$*" >&2
    exit 1
}
wrong() {
    printf 'smoke: %s\n' "$*" >&2
    exit 2
}
needs() {
    for program in "$@"; do
        command -v "$program" >/dev/null || fail "$program is missing"
    done
}

# shellcheck source-path=SCRIPTDIR source=smoke/story.sh
. "$here/smoke/story.sh"
# shellcheck source-path=SCRIPTDIR source=smoke/cluster.sh
. "$here/smoke/cluster.sh"

publish_locally() {
    (cd "$here/.." && .venv/bin/relance payment publish --organisation smoke \
        --invoice "$1" --amount "$2" --payment-id "$3" --wait 0)
}

local_stack() {
    told=$(cd "$here/.." && .venv/bin/python -m deploy.local.smoke) || exit 1
    eval "$told"
    SMOKE_PUBLISH=publish_locally
    story
}

# shellcheck disable=SC2317,SC2329 # called by the trap
leave() {
    code=$?
    trap - EXIT
    # what was forwarded ends first: nothing of ours stays on this machine
    [ ! -f "$work/forwards" ] || xargs kill <"$work/forwards" 2>/dev/null || true
    (leave_cluster "$code") || code=1
    rm -rf "$work"
    [ "$code" != 0 ] || [ "$form" = help ] || say "All is well."
    exit "$code"
}

main() {
    form=${1:-}
    [ "$#" -eq 0 ] || shift
    case $within in *[!0-9]* | '') wrong "SMOKE_WITHIN=$within: expected seconds" ;; esac
    needs curl
    trap leave EXIT
    trap 'exit 130' INT TERM HUP
    case $form in
        cluster) cluster "$@" ;;
        story) story ;;
        local) local_stack ;;
        -h | --help | help) form=help && sed -n '2,/^set -eu/{s/^# \{0,1\}//p;}' "$0" ;;
        *) wrong "expected cluster, story or local; see deploy/smoke.sh --help" ;;
    esac
}

main "$@"
