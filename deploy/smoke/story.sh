# shellcheck shell=sh
# One invoice, its payment event, its dunning case closed. Read by ../smoke.sh, which sets $work, $stamp and $within.

requests=0

# call METHOD URL [BODY]: the answer lies in $work/answer; ends the script unless it is a success
call() {
    requests=$((requests + 1))
    status=$(ask "$@") || fail "$1 $2: no answer within 20 s ($(cat "$work/trouble"))"
    case $status in
        2*) ;;
        *) fail "$1 $2: answered $status $(cut -c1-600 "$work/answer")" ;;
    esac
}

# The secrets go through files: arguments are seen by everyone on this machine.
ask() {
    printf '%s' "${3:-}" >"$work/body"
    set -- "$1" "$2" ${3:+--data "@$work/body"}
    method=$1 url=$2
    shift 2
    curl --silent --show-error --max-time 20 --request "$method" --header 'content-type: application/json' \
        --header "idempotency-key: smoke-$stamp-$requests" --header "@$work/header" \
        --output "$work/answer" --write-out '%{http_code}' "$@" "$url" 2>"$work/trouble"
}

# field NAME: its first value in the answer
field() {
    tr -d '\n' <"$work/answer" | grep -oE "\"$1\": *(\"[^\"]*\"|[^,}]*)" | head -n 1 | sed 's/^[^:]*: *//; s/^"//; s/"$//'
}

bearer() { printf 'authorization: Bearer %s\n' "$1" >"$work/header"; }

# until_is URL FIELD VALUE WHAT: looks twice a second
until_is() {
    end=$(($(date +%s) + within))
    while :; do
        status=$(ask GET "$1") || status="no answer: $(cat "$work/trouble")"
        found=$(field "$2") || found=
        [ "$status" != 200 ] || [ "$found" != "$3" ] || return 0
        [ "$(date +%s)" -lt "$end" ] ||
            fail "$4: not within $within s. GET $1: $status, $2 is '$found'; expected '$3'"
        sleep 0.5
    done
}

sign_in() {
    bearer none
    call POST "$SMOKE_IDENTITY_URL/sessions" "{\"email\":\"$SMOKE_EMAIL\",\"password\":\"$SMOKE_PASSWORD\"}"
    session=$(field secret)
    must_change=$(field must_change_password)
    bearer "$session"
    call POST "$SMOKE_IDENTITY_URL/tokens"
    bearer "$(field access_token)"
    [ "$must_change" = true ] || return 0
    call PUT "$SMOKE_IDENTITY_URL/me/password" \
        "{\"current\":\"$SMOKE_PASSWORD\",\"password\":\"$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')\"}"
    bearer "$session"
    call POST "$SMOKE_IDENTITY_URL/tokens"
    bearer "$(field access_token)"
}

story() {
    for name in SMOKE_IDENTITY_URL SMOKE_BILLING_URL SMOKE_DUNNING_URL SMOKE_EMAIL SMOKE_PASSWORD SMOKE_PUBLISH; do
        eval "[ -n \"\${$name:-}\" ]" || wrong "$name is not set; see the head of deploy/smoke.sh"
    done
    sign_in
    say "ok   signed in as $SMOKE_EMAIL"
    address='{"lines":["1 rue de la Paix"],"postal_code":"75002","city":"Paris","country":"FR"}'
    call PUT "$SMOKE_BILLING_URL/seller" "{\"name\":\"Relance smoke test\",\"address\":$address}"
    call POST "$SMOKE_BILLING_URL/customers" \
        "{\"name\":\"Smoke $stamp\",\"kind\":\"professional\",\"language\":\"fr\",\"address\":$address}"
    line='{"description":"Smoke test","quantity":"1","unit_price":"100.00","vat_rate":"20"}'
    call POST "$SMOKE_BILLING_URL/invoices" "{\"customer_id\":\"$(field id)\",\"lines\":[$line]}"
    invoice=$(field id)
    call POST "$SMOKE_BILLING_URL/invoices/$invoice/issue"
    number=$(field number)
    say "ok   invoice $number issued"
    until_is "$SMOKE_DUNNING_URL/cases/$invoice" state scheduled "a dunning case for $number"
    say "ok   dunning has its case"
    call GET "$SMOKE_BILLING_URL/receivables/$invoice"
    amount=$(field balance)
    began=$(date +%s)
    $SMOKE_PUBLISH "$number" "$amount" "smoke-$stamp" >"$work/published" 2>&1 ||
        fail "the payment event was not published: $(tail -n 5 "$work/published")"
    say "ok   payment event of $amount EUR published"
    until_is "$SMOKE_BILLING_URL/receivables/$invoice" status settled "billing settles $number"
    until_is "$SMOKE_DUNNING_URL/cases/$invoice" state closed "dunning closes the case of $number"
    [ "$(field closing_reason)" = settled ] || fail "the case of $number closed as '$(field closing_reason)'; expected settled"
    say "ok   paid, and its case closed, within $(($(date +%s) - began)) s"
}
