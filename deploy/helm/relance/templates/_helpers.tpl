{{- /* The beginning of every name: the release, with "relance" in it. */ -}}
{{- define "relance.name" -}}
{{- ternary .Release.Name (printf "%s-relance" .Release.Name) (contains "relance" .Release.Name) | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "relance.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "relance.selector" . }}
{{- end -}}

{{- define "relance.selector" -}}
app.kubernetes.io/name: relance
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "relance.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Differs whenever the image does; a label, so 63 characters of some kinds. */ -}}
{{- define "relance.buildId" -}}
{{- with .Values -}}
{{- .workflows.buildId | default (.image.digest | trimPrefix "sha256:") | default .image.tag | default $.Chart.AppVersion | trunc 63 -}}
{{- end -}}
{{- end -}}

{{- /* The WorkerDeployment. Its name is the Temporal Worker Controller's alone: under it nobody else may say which build
       is current, so the plain Deployment, which says so itself, has a deployment of its own in Temporal. */ -}}
{{- define "relance.controlled" -}}
{{ include "relance.name" . }}-workflows-controlled
{{- end -}}

{{- /* What Temporal calls the deployment of `workflows`; the controller makes it of the WorkerDeployment's name. */ -}}
{{- define "relance.deploymentName" -}}
{{- if .Values.workflows.controller.enabled -}}
{{ .Release.Namespace }}/{{ include "relance.controlled" . }}
{{- else -}}
{{ .Release.Namespace }}/{{ include "relance.name" . }}-workflows
{{- end -}}
{{- end -}}

{{- /* With root and name: the address of an API. */ -}}
{{- define "relance.address" -}}
http://{{ include "relance.name" .root }}-{{ .name }}:8080
{{- end -}}

{{- /* With own (of network), addresses, and the usual port of each scheme: the ports of a NetworkPolicy, as JSON. */ -}}
{{- define "relance.ports" -}}
{{- $ports := list }}
{{- range .addresses }}
{{- $host := regexReplaceAll "^[a-z]+://([^/]*).*$" . "${1}" }}
{{- $usual := get $.usual (regexFind "^[a-z]+://" .) }}
{{- $ports = append $ports (regexFind ":[0-9]+$" $host | trimPrefix ":" | default $usual | int) }}
{{- end }}
{{- with .own.port }}{{ $ports = list . }}{{ end }}
{{- $listed := list }}
{{- range uniq $ports }}{{ $listed = append $listed (dict "protocol" "TCP" "port" (int .)) }}{{ end }}
{{- toJson $listed }}
{{- end -}}

{{- /* Of an autoscaler that KEDA's may follow: Helm makes the new one first, and KEDA would refuse it beside this one. */ -}}
{{- define "relance.givesWay" -}}
validations.keda.sh/hpa-ownership: "false"
{{- end -}}

{{- define "relance.cpu" -}}
- type: Resource
  resource: {name: cpu, target: {type: Utilization, averageUtilization: {{ .Values.autoscaling.cpu }}}}
{{- end -}}

{{- /* With root and is_controlled: KEDA's triggers on the queues of `workflows`. What is left empty the Worker Controller
       fills in for each version; a value it would refuse. */ -}}
{{- define "relance.backlogs" -}}
{{- $root := .root }}{{ $temporal := .root.Values.temporal }}
{{- $name := ternary "" (include "relance.deploymentName" $root) .is_controlled }}
{{- $build := ternary "" (include "relance.buildId" $root) .is_controlled }}
{{- $namespace := ternary "" $temporal.namespace .is_controlled }}
{{- range ($root.Files.Get "parts.yaml" | fromYaml).parts.workflows.queues }}
- type: temporal
  metadata:
    endpoint: {{ $temporal.address | quote }}
    namespace: {{ $namespace | quote }}
    taskQueue: {{ . }}
    targetQueueSize: {{ $root.Values.autoscaling.tasks | quote }}
    workerDeploymentName: {{ $name | quote }}
    workerDeploymentBuildId: {{ $build | quote }}
    {{- with $temporal.serverName }}
    tlsServerName: {{ . | quote }}
    {{- end }}
  {{- if ne $temporal.auth "none" }}
  authenticationRef: {name: {{ include "relance.name" $root }}-temporal}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "relance.monitored" -}}
{{ include "relance.labels" . }}
{{- with .Values.monitoring.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "relance.endpoint" -}}
path: /metrics
interval: {{ .Values.monitoring.interval }}
relabelings:
  - sourceLabels: [__meta_kubernetes_pod_label_app_kubernetes_io_component]
    regex: (.+?)(-api)?
    targetLabel: job
    replacement: relance-$1
  - sourceLabels: [__meta_kubernetes_pod_label_app_kubernetes_io_instance]
    targetLabel: release
{{- end -}}

{{- /* With root and query: PromQL, asked of this installation alone. Braces there are those of selectors, and each has them. */ -}}
{{- define "relance.asked" -}}
{{- $own := printf "{namespace=%q, release=%q, " .root.Release.Namespace .root.Release.Name }}
{{- .query | replace "{" $own | replace ", }" "}" }}
{{- end -}}
