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

{{- /* With root and name: the address of an API. */ -}}
{{- define "relance.address" -}}
http://{{ include "relance.name" .root }}-{{ .name }}:8080
{{- end -}}

{{- define "relance.cpu" -}}
- type: Resource
  resource: {name: cpu, target: {type: Utilization, averageUtilization: {{ .Values.autoscaling.cpu }}}}
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
{{- end -}}
