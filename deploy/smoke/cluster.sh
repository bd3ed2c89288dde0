# shellcheck shell=sh
# The story on a cluster, between an installation and its end. Read by ../smoke.sh.

namespace=relance-smoke release=relance publisher='' timeout=600 keep='' beside='' installed=''
python=/opt/relance/venv/bin/python # in the image

cluster() {
    needs helm kubectl
    read_options "$@"
    refuse_what_is_not_ours
    install
    make_administrator
    forward identity
    SMOKE_IDENTITY_URL=$forwarded
    forward billing
    SMOKE_BILLING_URL=$forwarded
    forward dunning
    SMOKE_DUNNING_URL=$forwarded
    SMOKE_PUBLISH=publish_in_cluster
    story
}

read_options() {
    : >"$work/values"
    while [ "$#" -gt 0 ]; do
        case $1 in
            --keep) keep=yes && shift && continue ;;
            --beside) beside=yes && shift && continue ;;
            --values | --namespace | --release | --publisher | --timeout) ;;
            *) wrong "$1 is no option of \`cluster\`; see the head of deploy/smoke.sh" ;;
        esac
        [ "$#" -ge 2 ] || wrong "$1 needs a value"
        case $1 in
            --values)
                [ -f "$2" ] || wrong "--values $2: no such file"
                printf '%s\n' "$2" >>"$work/values"
                ;;
            --namespace) namespace=$2 ;;
            --release) release=$2 ;;
            --publisher) publisher=$2 ;;
            --timeout) timeout=$2 ;;
        esac
        shift 2
    done
    [ -s "$work/values" ] || wrong "--values is missing"
    ours=app.kubernetes.io/name=relance,app.kubernetes.io/instance=$release
    case $timeout in *[!0-9]* | '') wrong "--timeout $timeout: expected seconds" ;; esac
    # as the chart names what it makes
    case $release in *relance*) name=$release ;; *) name=$release-relance ;; esac
}

# What is installed already is somebody's: this script would uninstall it, or work with its servers.
refuse_what_is_not_ours() {
    k get namespace "$namespace" >/dev/null || fail "the namespace $namespace is not there, or kubectl may not see it"
    if helm status "$release" --namespace "$namespace" >/dev/null 2>&1; then
        fail "the release $release is installed in $namespace already, and would be uninstalled; choose another --release"
    fi
    [ -z "$beside" ] || return 0
    # who may not ask of all namespaces is not hindered
    others=$(helm list --all-namespaces --max 10000 --output json 2>/dev/null | installations)
    [ -z "$others" ] || fail "Relance is installed on this cluster: $others. With its servers this one would take its \
messages and its workflows: \`deploy/smoke.sh story\` tries one that is installed; where the values name servers of \
their own, add --beside"
}

# installations <JSON: those of this chart, as `NAME in NAMESPACE, ...`
installations() {
    tr '}' '\n' | grep -E '"chart": *"relance-[0-9]' |
        sed 's/.*"name": *"\([^"]*\)".*"namespace": *"\([^"]*\)".*/\1 in \2/' | paste -s -d , - | sed 's/,/, /g'
}

install() {
    say "...  installing $release in $namespace, within $timeout s"
    set --
    while IFS= read -r file; do
        set -- "$@" --values "$file"
    done <"$work/values"
    installed=yes
    helm install "$release" "$here/helm/relance" --namespace "$namespace" "$@" \
        --wait --wait-for-jobs --timeout "${timeout}s" >"$work/helm" 2>&1 || fail "helm install: $(tail -n 20 "$work/helm")"
    k wait pods --selector "$ours,!batch.kubernetes.io/job-name" --for condition=Ready --timeout "${timeout}s" \
        >"$work/ready" 2>&1 || fail "not every pod is ready: $(tail -n 20 "$work/ready")"
    say "ok   installed, every pod is ready"
}

make_administrator() {
    SMOKE_EMAIL=smoke-$stamp@example.com
    k exec "deployment/$name-identity-api" -- "$python" -m cli.main identity first-admin \
        --organisation smoke --name "Relance smoke test" --email "$SMOKE_EMAIL" >"$work/admin" 2>"$work/trouble" ||
        fail "no administrator: $(tail -n 5 "$work/trouble")"
    SMOKE_PASSWORD=$(sed -n 's/.* with the one-time password //p' "$work/admin")
}

# forward SERVICE: $forwarded is its address on this machine, for as long as the script runs
forward() {
    # not by k(): the process to end later would be the shell around it
    kubectl --namespace "$namespace" port-forward "service/$name-$1" :8080 >"$work/forward-$1" 2>&1 &
    echo $! >>"$work/forwards"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) .*/\1/p' "$work/forward-$1")
        [ -z "$port" ] || break
        sleep 0.5
    done
    [ -n "$port" ] || fail "kubectl port-forward to $1: $(cat "$work/forward-$1")"
    forwarded=http://127.0.0.1:$port
}

publish_in_cluster() {
    publisher_pod "$@" >"$work/pod"
    [ -z "$user" ] || k get secret "$secret" >/dev/null || return 1
    k apply --filename "$work/pod" || return 1
    k wait "pod/$name-smoke-publisher" --for 'jsonpath={.status.phase}=Succeeded' --timeout 120s && return 0
    k logs "pod/$name-smoke-publisher" --tail 20
    return 1
}

# Whatever happened. Hooks are not part of a release: Helm leaves them.
leave_cluster() {
    [ -n "$installed" ] || return 0
    if [ "$1" != 0 ]; then
        k get pods --selector "$ours" || true
        k get events --field-selector type=Warning --sort-by lastTimestamp 2>/dev/null | tail -n 10 || true
    fi
    k delete pod "$name-smoke-publisher" --ignore-not-found --wait=false >/dev/null 2>&1 || true
    if [ -n "$keep" ]; then
        say "kept $release in $namespace: helm uninstall $release --namespace $namespace --cascade foreground --wait"
        return 0
    fi
    say "...  uninstalling $release"
    # in the foreground: else the pods, which have up to two minutes to end, outlive the release
    helm uninstall "$release" --namespace "$namespace" --cascade foreground --wait --timeout "${timeout}s" \
        >/dev/null 2>&1 || true
    kinds=jobs.batch,networkpolicies.networking.k8s.io,serviceaccounts
    k delete "$kinds" --selector "$ours" --ignore-not-found --cascade=foreground >/dev/null 2>&1 || true
    k delete externalsecrets.external-secrets.io --selector "$ours" --ignore-not-found >/dev/null 2>&1 || true
    left=$(k get all --selector "$ours" --output name 2>/dev/null) || left=
    [ -z "$left" ] || fail "still there after the uninstallation: $left"
    say "ok   uninstalled; databases, streams, workflows and Secrets are where they were"
}

k() { kubectl --namespace "$namespace" "$@"; }

# of_worker PATH: out of the Deployment of billing's worker, whose bus the publisher's is
of_worker() { k get deployment "$name-billing-worker" --output "jsonpath={.spec.template.spec$1}"; }
variable() { of_worker ".containers[0].env[?(@.name==\"$1\")].value"; }

# publisher_pod NUMBER AMOUNT PAYMENT: of the image that is installed, on the bus that it uses
publisher_pod() {
    ca=$(of_worker '.volumes[?(@.name=="nats")].secret.secretName')
    ca_key=$(of_worker '.volumes[?(@.name=="nats")].secret.items[0].key')
    pull=$(of_worker '.imagePullSecrets[0].name')
    password=$(of_worker '.containers[0].env[?(@.name=="RELANCE_NATS_PASSWORD")].name')
    credentials=$(variable RELANCE_NATS_CREDENTIALS)
    user=$password$credentials
    secret=$(of_worker '.containers[0].env[?(@.name=="RELANCE_DATABASE_URL")].valueFrom.secretKeyRef.name')
    secret=${publisher:-${secret%-billing}-publisher}
    cat <<POD
apiVersion: v1
kind: Pod
metadata:
  name: $name-smoke-publisher
  labels: {app.kubernetes.io/name: relance-smoke}
spec:
  restartPolicy: Never
  activeDeadlineSeconds: 120
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext:
    {runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001, seccompProfile: {type: RuntimeDefault}}
  imagePullSecrets: [${pull:+{name: $pull\}}]
  containers:
    - name: publisher
      image: "$(of_worker '.containers[0].image')"
      command: [$python, -m, cli.main, payment, publish]
      args: [--organisation, smoke, --invoice, "$1", --amount, "$2", --payment-id, "$3", --wait, "0"]
      env:
        - {name: RELANCE_NATS_URL, value: "$(variable RELANCE_NATS_URL)"}
        - {name: RELANCE_NATS_TLS, value: "$(variable RELANCE_NATS_TLS)"}
        ${ca:+- {name: RELANCE_NATS_CA, value: /etc/relance/nats/ca.crt\}}
        ${user:+- {name: RELANCE_NATS_USER, value: publisher\}}
        ${credentials:+- {name: RELANCE_NATS_CREDENTIALS, value: /etc/relance/nats-user/nats.creds\}}
        ${password:+- {name: RELANCE_NATS_PASSWORD, valueFrom: {secretKeyRef: {name: $secret, key: nats-password\}\}\}}
      resources: {requests: {cpu: 50m, memory: 128Mi}, limits: {memory: 256Mi}}
      securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
      volumeMounts:
        - {name: scratch, mountPath: /tmp}
        ${ca:+- {name: nats, mountPath: /etc/relance/nats, readOnly: true\}}
        ${credentials:+- {name: nats-user, mountPath: /etc/relance/nats-user, readOnly: true\}}
  volumes:
    - {name: scratch, emptyDir: {sizeLimit: 16Mi}}
    ${ca:+- {name: nats, secret: {secretName: $ca, items: [{key: $ca_key, path: ca.crt\}]\}\}}
    ${credentials:+- {name: nats-user, secret: {secretName: $secret, items: [{key: nats.creds, path: nats.creds\}]\}\}}
POD
}
