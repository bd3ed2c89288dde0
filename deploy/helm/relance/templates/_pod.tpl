{{- /* With root, name and part: the environment. Each variable is a setting of that process; what `parts` says of one
       takes the place of what the chart says. */ -}}
{{- define "relance.env" -}}
{{- $own := dig .name "env" dict .root.Values.parts }}
{{- $env := list }}
{{- range include "relance.settings" . | fromYamlArray }}
{{- if not (hasKey $own .name) }}{{ $env = append $env . }}{{ end }}
{{- end }}
{{- range $name, $value := $own }}
{{- $env = append $env (dict "name" $name "value" $value) }}
{{- end }}
{{- toYaml $env }}
{{- end -}}

{{- define "relance.settings" -}}
{{- $root := .root }}{{ $part := .part }}{{ $values := .root.Values }}
{{- $secret := printf "%s-%s" $values.secrets.prefix $part.service }}
- {name: RELANCE_LOG_LEVEL, value: {{ $values.logLevel }}}
{{- if $part.grace }}
- {name: RELANCE_HOST, value: "*"}
- {name: RELANCE_PORT, value: "8080"}
{{- end }}
{{- with $values.otlpEndpoint }}
- {name: RELANCE_OTLP_ENDPOINT, value: {{ . | quote }}}
{{- end }}
{{- if ne $part.service "provision" }}
{{- $issuer := printf ",%s/jwks.json" (include "relance.address" (dict "root" $root "name" "identity")) }}
{{- $asks := or (has "issuer" $part.uses) $part.visited }}
- {name: RELANCE_AUTH_JWKS, value: "/etc/relance/keys/jwks.json{{ if $asks }}{{ $issuer }}{{ end }}"}
{{- end }}
{{- if eq $part.service "identity" }}
- name: RELANCE_SEALING_KEYS
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: sealing-keys}}
{{- end }}
{{- if $part.signs }}
- {name: RELANCE_SIGNING_KEY, value: /etc/relance/keys/signing.pem}
{{- end }}
{{- if has "database" $part.uses }}
- name: RELANCE_DATABASE_URL
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: database-url}}
- {name: RELANCE_DATABASE_TLS, value: {{ $values.postgresql.tls }}}
{{- if $values.postgresql.ca.secret }}
- {name: RELANCE_DATABASE_CA, value: /etc/relance/postgresql/ca.crt}
{{- end }}
{{- if $part.grace }}
- {name: RELANCE_DATABASE_POOL, value: {{ $values.postgresql.pool | quote }}}
{{- end }}
{{- end }}
{{- if has "bus" $part.uses }}
- {name: RELANCE_NATS_URL, value: {{ $values.nats.url | quote }}}
- {name: RELANCE_NATS_TLS, value: {{ $values.nats.tls }}}
{{- if $values.nats.ca.secret }}
- {name: RELANCE_NATS_CA, value: /etc/relance/nats/ca.crt}
{{- end }}
{{- if eq $values.nats.auth "password" }}
- {name: RELANCE_NATS_USER, value: {{ $part.service }}}
- name: RELANCE_NATS_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: nats-password}}
{{- else if eq $values.nats.auth "credentials" }}
- {name: RELANCE_NATS_USER, value: {{ $part.service }}}
- {name: RELANCE_NATS_CREDENTIALS, value: /etc/relance/nats-user/nats.creds}
{{- end }}
{{- end }}
{{- if eq $part.service "provision" }}
- {name: RELANCE_STREAM_REPLICAS, value: {{ $values.nats.streamReplicas | quote }}}
- {name: RELANCE_STREAM_DAYS, value: {{ $values.nats.streamDays | quote }}}
{{- with $values.nats.streamBytes }}
- {name: RELANCE_STREAM_BYTES, value: {{ int64 . | quote }}}
{{- end }}
{{- end }}
{{- if has "temporal" $part.uses }}
- {name: RELANCE_TEMPORAL_ADDRESS, value: {{ $values.temporal.address | quote }}}
- {name: RELANCE_TEMPORAL_NAMESPACE, value: {{ $values.temporal.namespace | quote }}}
- {name: RELANCE_TEMPORAL_TLS, value: {{ $values.temporal.tls | quote }}}
{{- with $values.temporal.serverName }}
- {name: RELANCE_TEMPORAL_SERVER_NAME, value: {{ . | quote }}}
{{- end }}
{{- if $values.temporal.ca.secret }}
- {name: RELANCE_TEMPORAL_CA, value: /etc/relance/temporal/ca.crt}
{{- end }}
{{- if eq $values.temporal.auth "mtls" }}
- {name: RELANCE_TEMPORAL_CERTIFICATE, value: /etc/relance/temporal-client/tls.crt}
- {name: RELANCE_TEMPORAL_CERTIFICATE_KEY, value: /etc/relance/temporal-client/tls.key}
{{- else if eq $values.temporal.auth "apiKey" }}
- name: RELANCE_TEMPORAL_API_KEY
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: temporal-api-key}}
{{- end }}
{{- end }}
{{- if has "relay" $part.uses }}
- {name: RELANCE_SMTP_HOST, value: {{ $values.smtp.host | quote }}}
- {name: RELANCE_SMTP_PORT, value: {{ $values.smtp.port | quote }}}
- {name: RELANCE_SMTP_TLS, value: {{ $values.smtp.tls }}}
- {name: RELANCE_SENDER_ADDRESS, value: {{ $values.smtp.sender | quote }}}
{{- if eq $part.service "notify" }}
{{- with $values.smtp.bounceDomain }}
- {name: RELANCE_BOUNCE_DOMAIN, value: {{ . }}}
{{- end }}
- {name: RELANCE_SMTP_CONNECTIONS, value: {{ $values.smtp.connections | quote }}}
{{- end }}
{{- if $values.smtp.auth }}
- name: RELANCE_SMTP_USERNAME
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: smtp-username}}
- name: RELANCE_SMTP_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: smtp-password}}
{{- end }}
{{- end }}
{{- if and (has "provider" $part.uses) $values.oidc.issuer }}
- {name: RELANCE_OIDC_ISSUER, value: {{ $values.oidc.issuer | quote }}}
- {name: RELANCE_OIDC_CLIENT_ID, value: {{ $values.oidc.clientId | quote }}}
- {name: RELANCE_OIDC_NAME, value: {{ $values.oidc.name | quote }}}
- {name: RELANCE_OIDC_SCOPES, value: {{ $values.oidc.scopes | quote }}}
{{- if $values.oidc.auth }}
- name: RELANCE_OIDC_CLIENT_SECRET
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: oidc-client-secret}}
{{- end }}
{{- end }}
{{- if $part.consumers }}
{{- /* longer than a message may come again */}}
- {name: RELANCE_INBOX_KEPT, value: P{{ max 60 (mul 2 $values.nats.streamDays) }}D}
{{- with include "relance.certificates" . | fromYamlArray }}
- {name: RELANCE_CERTIFICATES, value: {{ join "," . | quote }}}
{{- end }}
{{- end }}
{{- if $part.console }}
- {name: RELANCE_CONSOLE_URL, value: {{ $values.url | quote }}}
{{- end }}
{{- range $part.calls }}
- {name: RELANCE_{{ upper . }}_URL, value: "{{ include "relance.address" (dict "root" $root "name" .) }}"}
{{- end }}
{{- with $part.trusts }}
- {name: {{ . }}, value: {{ join "," $values.network.pods | quote }}}
{{- end }}
{{- with $part.stops }}
- {name: RELANCE_GRACE, value: PT{{ . }}S}
{{- end }}
{{- if eq .name "workflows" }}
- {name: RELANCE_DEPLOYMENT_NAME, value: {{ include "relance.deploymentName" $root | quote }}}
- {name: RELANCE_BUILD_ID, value: {{ include "relance.buildId" $root | quote }}}
- {name: RELANCE_MAKES_ITSELF_CURRENT, value: {{ not $values.workflows.controller.enabled | quote }}}
{{- end }}
{{- with $part.figures }}
- {name: RELANCE_TEMPORAL_METRICS, value: "*:{{ . }}"}
{{- end }}
{{- end -}}

{{- /* With root, part: the certificates that it has, whose expiry its worker tells. */ -}}
{{- define "relance.certificates" -}}
{{- $values := .root.Values }}{{ $uses := .part.uses }}
{{- $found := list }}
{{- if and (has "database" $uses) $values.postgresql.ca.secret }}{{ $found = append $found "/etc/relance/postgresql/ca.crt" }}{{ end }}
{{- if and (has "bus" $uses) $values.nats.ca.secret }}{{ $found = append $found "/etc/relance/nats/ca.crt" }}{{ end }}
{{- if has "temporal" $uses }}
{{- if $values.temporal.ca.secret }}{{ $found = append $found "/etc/relance/temporal/ca.crt" }}{{ end }}
{{- if eq $values.temporal.auth "mtls" }}{{ $found = append $found "/etc/relance/temporal-client/tls.crt" }}{{ end }}
{{- end }}
{{- toYaml $found }}
{{- end -}}

{{- /* With root, part: what is mounted, each as a volume and its path. */ -}}
{{- define "relance.volumes" -}}
{{- $part := .part }}{{ $values := .root.Values }}
- name: scratch
  emptyDir: {sizeLimit: 256Mi}
{{- if ne $part.service "provision" }}
- name: keys
  secret:
    secretName: {{ $values.secrets.prefix }}-keys
    defaultMode: 0440
    items:
      - {key: jwks.json, path: jwks.json}
      {{- if $part.signs }}
      - {key: signing.pem, path: signing.pem}
      {{- end }}
{{- end }}
{{- $servers := dict "database" $values.postgresql "bus" $values.nats "temporal" $values.temporal }}
{{- $names := dict "database" "postgresql" "bus" "nats" "temporal" "temporal" }}
{{- range $use := $part.uses }}
{{- with get $servers $use }}{{ with .ca }}{{ if .secret }}
- name: {{ get $names $use }}
  secret: {secretName: {{ .secret }}, defaultMode: 0444, items: [{key: {{ .key }}, path: ca.crt}]}
{{- end }}{{ end }}{{ end }}
{{- end }}
{{- if and (has "bus" $part.uses) (eq $values.nats.auth "credentials") }}
- name: nats-user
  secret: {secretName: {{ $values.secrets.prefix }}-{{ $part.service }}, defaultMode: 0440, items: [{key: nats.creds, path: nats.creds}]}
{{- end }}
{{- if and (has "temporal" $part.uses) (eq $values.temporal.auth "mtls") }}
- name: temporal-client
  secret: {secretName: {{ $values.temporal.clientCertificate }}, defaultMode: 0440}
{{- end }}
{{- end -}}

{{- /* With root, name and part: the spec of a pod. */ -}}
{{- define "relance.pod" -}}
{{- $values := .root.Values }}{{ $part := .part }}
{{- $own := get $values.parts .name | default dict }}
{{- $resources := merge (dict) ($own.resources | default dict) ($part.resources | default (dict "cpu" "100m" "memory" "192Mi" "limit" "384Mi")) }}
{{- $volumes := include "relance.volumes" . | fromYamlArray }}
serviceAccountName: {{ include "relance.name" .root }}-{{ ternary .name "jobs" (hasKey $part "grace") }}
automountServiceAccountToken: false
enableServiceLinks: false  # they would set RELANCE_..._PORT and the like
{{- with $part.grace }}
terminationGracePeriodSeconds: {{ . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- with $values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $values.scheduling.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.scheduling.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.scheduling.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $part.grace }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: {{ ternary "DoNotSchedule" "ScheduleAnyway" (eq $values.scheduling.zones "required") }}
    labelSelector: &these
      matchLabels: {{- include "relance.selector" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .name }}
    matchLabelKeys: [pod-template-hash]
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: *these
    matchLabelKeys: [pod-template-hash]
{{- else }}
restartPolicy: Never
{{- end }}
containers:
  - name: {{ .name }}
    image: {{ include "relance.image" .root | quote }}
    imagePullPolicy: {{ $values.image.pullPolicy }}
    command: [/opt/relance/venv/bin/python]
    args: {{ toJson $part.args }}
    env: {{- include "relance.env" . | nindent 6 }}
    {{- if $part.grace }}
    ports:
      - {name: http, containerPort: 8080}
      {{- with $part.figures }}
      - {name: temporal, containerPort: {{ . }}}
      {{- end }}
    startupProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 2, failureThreshold: 60, timeoutSeconds: 3}
    livenessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5}
    readinessProbe: {httpGet: {path: /readyz, port: http}, periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 5}
    {{- if $part.api }}
    lifecycle: {preStop: {sleep: {seconds: 5}}}  # until no proxy sends it requests any more
    {{- end }}
    {{- end }}
    resources:
      requests: {cpu: {{ $resources.cpu }}, memory: {{ $resources.memory }}}
      limits: {memory: {{ $resources.limit }}}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: {drop: [ALL]}
    volumeMounts:
      {{- range $volumes }}
      - {name: {{ .name }}, mountPath: {{ ternary "/tmp" (printf "/etc/relance/%s" .name) (eq .name "scratch") }}, readOnly: {{ ne .name "scratch" }}}
      {{- end }}
volumes: {{- toYaml $volumes | nindent 2 }}
{{- end -}}
