{{/*
What the names of all resources begin with. It is short enough for what operators and controllers append to names, whose limit is 63 characters;
the hash tells long names with the same beginning apart.
*/}}
{{- define "sluice.name" -}}
{{- if not (regexMatch "^[a-z][a-z0-9-]*$" .Release.Name) -}}
{{- fail (printf "release %s: Services need a name of lower-case letters, digits and hyphens that begins with a letter" .Release.Name) -}}
{{- end -}}
{{- $name := contains "sluice" .Release.Name | ternary .Release.Name (printf "%s-sluice" .Release.Name) -}}
{{- if gt (len $name) 30 -}}
{{- $name = printf "%s-%s" ($name | trunc 23 | trimSuffix "-") ($name | sha256sum | trunc 6) -}}
{{- end -}}
{{- $name }}
{{- end }}

{{/* Labels that select pods: (list $ COMPONENT). */}}
{{- define "sluice.selector" -}}
app.kubernetes.io/name: sluice
app.kubernetes.io/instance: {{ (index . 0).Release.Name | quote }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "sluice.labels" -}}
{{ include "sluice.selector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version | replace "+" "_" | quote }}
{{- end }}

{{/* The image of a service: (list $ NAME TAG), TAG empty for that of all images. */}}
{{- define "sluice.image" -}}
{{ $root := index . 0 -}}
{{ $root.Values.image.prefix }}sluice-{{ index . 1 }}:{{ index . 2 | default $root.Values.image.tag | default $root.Chart.AppVersion }}
{{- end }}

{{/* The defaults with the entry of one worker over them, as JSON: (list $ REPRESENTATION). */}}
{{- define "sluice.worker" -}}
{{- $root := index . 0 -}}
{{- $worker := deepCopy $root.Values.workerDefaults -}}
{{- range $name, $value := index $root.Values.workers (index . 1) -}}
{{- if has $name (list "model" "settings" "autoscaling" "podLabels" "podAnnotations") -}}
{{- range $key, $each := $value }}{{ $_ := set (index $worker $name) $key $each }}{{ end -}}
{{- else -}}
{{- /* As a whole, because a part of the defaults could not be taken back otherwise. */ -}}
{{- $_ := set $worker $name $value -}}
{{- end -}}
{{- end -}}
{{- $worker | toJson }}
{{- end }}

{{/* The name of the resources of one worker: (list $ REPRESENTATION). */}}
{{- define "sluice.workerName" -}}
{{ include "sluice.name" (index . 0) }}-worker-{{ index . 1 }}
{{- end }}

{{/* The Kafka user of a role, as JSON with name, secret and passwordKey: (list $ ROLE STRIMZI-NAME). */}}
{{- define "sluice.user" -}}
{{- $root := index . 0 -}}
{{- $name := index . 2 -}}
{{- if $root.Values.strimzi.users -}}
{{- dict "name" $name "secret" $name "passwordKey" "password" | toJson }}
{{- else -}}
{{- $user := index $root.Values.kafka.users (index . 1) -}}
{{- if and $root.Values.kafka.sasl.mechanism (not (and $user.name $user.secret)) -}}
{{- fail (printf "kafka.users.%s: with kafka.sasl.mechanism, set name and secret" (index . 1)) -}}
{{- end -}}
{{- $user | toJson }}
{{- end -}}
{{- end }}

{{/* The SASL mechanism; Strimzi's users have SCRAM-SHA-512. */}}
{{- define "sluice.mechanism" -}}
{{- if .Values.strimzi.users }}SCRAM-SHA-512{{ else }}{{ .Values.kafka.sasl.mechanism }}{{ end }}
{{- end }}

{{/* What all commands are connected by, as a properties file: (list $ USER). */}}
{{- define "sluice.connection" -}}
{{- $root := index . 0 -}}
{{- $user := index . 1 -}}
{{- $kafka := $root.Values.kafka -}}
{{- $mechanism := include "sluice.mechanism" $root -}}
config.providers=directory
config.providers.directory.class=org.apache.kafka.common.config.provider.DirectoryConfigProvider
bootstrap.servers={{ required "kafka.bootstrapServers: set HOST:PORT of the brokers" $kafka.bootstrapServers }}
schema.registry.url={{ required "registry.url: set the URL of the schema registry" $root.Values.registry.url }}
topic.prefix={{ $root.Values.topics.prefix }}
record.max.bytes={{ int64 $root.Values.topics.recordMaxBytes }}
security.protocol={{ if $mechanism }}SASL_{{ end }}{{ if $kafka.tls.enabled }}SSL{{ else }}PLAINTEXT{{ end }}
{{- if and $kafka.tls.enabled $kafka.tls.caSecret }}
ssl.truststore.type=PEM
ssl.truststore.location=/etc/sluice/kafka-ca/{{ $kafka.tls.caKey }}
{{- end }}
{{- if $mechanism }}
sasl.mechanism={{ $mechanism }}
sasl.jaas.config=org.apache.kafka.common.security.{{ if eq $mechanism "PLAIN" }}plain.Plain{{ else }}scram.Scram{{ end }}LoginModule required username="{{ $user.name }}" password="${directory:/etc/sluice/kafka-user:{{ $user.passwordKey }}}";
{{- end }}
{{- with $root.Values.registry.user }}
{{- if .name }}
basic.auth.credentials.source=USER_INFO
basic.auth.user.info={{ .name }}:${directory:/etc/sluice/registry-user:{{ .passwordKey }}}
{{- end }}
{{- end }}
{{- include "sluice.settings" (list $root $kafka.settings) }}
{{- include "sluice.settings" (list $root $root.Values.registry.settings) }}
{{- end }}

{{/*
Settings as lines of a properties file, each behind a line break: (list $ SETTINGS). Those that the chart sets itself are refused, because it uses
their values elsewhere too. A setting that is null is left out, so that an entry of workers can take back one of workerDefaults.
*/}}
{{- define "sluice.settings" -}}
{{- $root := index . 0 -}}
{{- $own := list "bootstrap.servers" "schema.registry.url" "topic.prefix" "record.max.bytes" "security.protocol" "sasl.mechanism" "sasl.jaas.config" "application.id" "application.server" "representation.id" "group.id" "http.host" "http.allowed.hosts" "http.port" "http.token" "http.enabled" "metrics.host" "metrics.port" "state.dir" "model.dir" "checkpoint.dirs" "output.dir" "num.stream.threads" "replication.factor" "topic.min.insync.replicas" "kubernetes.template" "kubernetes.namespace" -}}
{{- if and $root.Values.kafka.tls.enabled $root.Values.kafka.tls.caSecret -}}
{{- $own = concat $own (list "ssl.truststore.type" "ssl.truststore.location") -}}
{{- end -}}
{{- if $root.Values.registry.user.name -}}
{{- $own = concat $own (list "basic.auth.credentials.source" "basic.auth.user.info") -}}
{{- end -}}
{{- range $key, $value := index . 1 }}
{{- /* What is for one of the clients only would separate it from the others. */ -}}
{{- $name := regexReplaceAll "^((main|restore|global)[.])?(consumer|producer|admin)[.]" $key "" -}}
{{- if or (has $name $own) (regexMatch "^config[.]providers([.]|$)" $name) }}
{{- fail (printf "settings: %s has a value of its own in the chart; see deploy/docs/kubernetes.md" $key) }}
{{- end }}
{{- if and (kindIs "float64" $value) (eq (floor $value) $value) }}{{ $value = int64 $value }}{{ end }}
{{- if not (kindIs "invalid" $value) }}
{{ $key }}={{ $value | toString | replace "\\" "\\\\" | replace "\n" "\\n" }}
{{- end }}
{{- end }}
{{- end }}

{{/* The value of env. Variables that would change settings unseen are refused. */}}
{{- define "sluice.env" -}}
{{- range . -}}
{{- if or (hasPrefix "SLUICE_" .name) (has .name (list "POD_NAME" "POD_NAMESPACE")) -}}
{{- fail (printf "env: %s is set by the chart; use settings and javaOpts" .name) -}}
{{- end -}}
{{- end -}}
{{- toYaml . }}
{{- end }}

{{/* Refuses an address that KEDA's operator, in a namespace of its own, could not resolve: (list NAME HOST:PORT). */}}
{{- define "sluice.addressForKeda" -}}
{{- if not (regexMatch "[.]|^\\[" (index . 1)) -}}
{{- fail (printf "%s: KEDA looks up %s in its own namespace; use a full name, such as HOST.NAMESPACE.svc" (index . 0) (index . 1)) -}}
{{- end -}}
{{- end }}

{{/* The volumes with the Secrets of a connection: (list $ USER). */}}
{{- define "sluice.connectionVolumes" -}}
{{- $root := index . 0 -}}
{{- if and $root.Values.kafka.tls.enabled $root.Values.kafka.tls.caSecret }}
- name: kafka-ca
  secret: {secretName: {{ $root.Values.kafka.tls.caSecret | quote }}, defaultMode: 0440}
{{- end }}
{{- if include "sluice.mechanism" $root }}
- name: kafka-user
  secret: {secretName: {{ (index . 1).secret | quote }}, defaultMode: 0440}
{{- end }}
{{- if $root.Values.registry.user.name }}
- name: registry-user
  secret: {secretName: {{ required "registry.user.secret: set the Secret of registry.user.name" $root.Values.registry.user.secret | quote }}, defaultMode: 0440}
{{- end }}
{{- range $i, $secret := $root.Values.secrets }}
- name: secret-{{ $i }}
  secret: {secretName: {{ $secret | quote }}, defaultMode: 0440}
{{- end }}
{{- end }}

{{- define "sluice.connectionMounts" -}}
{{- if and .Values.kafka.tls.enabled .Values.kafka.tls.caSecret }}
- {name: kafka-ca, mountPath: /etc/sluice/kafka-ca, readOnly: true}
{{- end }}
{{- if include "sluice.mechanism" . }}
- {name: kafka-user, mountPath: /etc/sluice/kafka-user, readOnly: true}
{{- end }}
{{- if .Values.registry.user.name }}
- {name: registry-user, mountPath: /etc/sluice/registry-user, readOnly: true}
{{- end }}
{{- range $i, $secret := .Values.secrets }}
- {name: secret-{{ $i }}, mountPath: {{ printf "/etc/sluice/secrets/%s" $secret | quote }}, readOnly: true}
{{- end }}
{{- end }}

{{- define "sluice.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "sluice.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Labels and annotations of pods, which are replaced when their settings change: (list LABELS SETTINGS VALUES), VALUES of the service. */}}
{{- define "sluice.podMetadata" -}}
labels: {{- index . 0 | nindent 2 }}
  {{- with (index . 2).podLabels }}{{ toYaml . | nindent 2 }}{{ end }}
annotations:
  checksum/settings: {{ index . 1 | sha256sum }}
  {{- with (index . 2).podAnnotations }}{{ toYaml . | nindent 2 }}{{ end }}
{{- end }}

{{/* Where pods run: the values of a service. */}}
{{- define "sluice.scheduling" -}}
{{- with .runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .topologySpreadConstraints }}
topologySpreadConstraints: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Probes at the port "http", once the service has answered within so many seconds. */}}
{{- define "sluice.probes" -}}
startupProbe:
  httpGet: {path: /health/live, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: {{ max 1 (div (int64 .) 10) }}
livenessProbe:
  httpGet: {path: /health/live, port: http}
  periodSeconds: 15
  timeoutSeconds: 10
  failureThreshold: 4
readinessProbe:
  httpGet: {path: /health/ready, port: http}
  periodSeconds: 10
  timeoutSeconds: 10
{{- end }}
