{{- define "clusterdex.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "clusterdex.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "clusterdex.labels" -}}
{{ include "clusterdex.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "clusterdex.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "clusterdex.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "clusterdex.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{/* Who follows clusters: in mode split an account of its own, since API servers that pass nothing on need to read neither Secrets nor PediaClusters. */}}
{{- define "clusterdex.synchroServiceAccountName" -}}
{{- $name := include "clusterdex.serviceAccountName" . -}}
{{- ternary (printf "%s-synchro" $name) $name (and (eq .Values.mode "split") .Values.serviceAccount.create) -}}
{{- end -}}

{{- define "clusterdex.storageName" -}}
{{- ternary "postgres" .Values.storage.name .Values.postgresql.enabled -}}
{{- end -}}

{{/* What the name is without -storage and @version. */}}
{{- define "clusterdex.storageKind" -}}
{{- include "clusterdex.storageName" . | regexFind "^[^@]+" | trimSuffix "-storage" -}}
{{- end -}}

{{- define "clusterdex.storageSecretName" -}}
{{- if .Values.storage.existingSecret -}}
{{ .Values.storage.existingSecret }}
{{- else if or .Values.storage.config .Values.postgresql.enabled -}}
{{ include "clusterdex.fullname" . }}-storage
{{- end -}}
{{- end -}}

{{- define "clusterdex.continueKeySecretName" -}}
{{- .Values.continueKey.existingSecret | default (printf "%s-continue-key" (include "clusterdex.fullname" .)) -}}
{{- end -}}

{{- define "clusterdex.servingSecretName" -}}
{{- if eq .Values.certificates.source "existing" -}}
{{- required "certificates.existingSecret: name the Secret that holds the certificate, because certificates.source is existing" .Values.certificates.existingSecret -}}
{{- else -}}
{{- include "clusterdex.fullname" . }}-serving-cert
{{- end -}}
{{- end -}}

{{- define "clusterdex.serviceHost" -}}
{{ include "clusterdex.fullname" . }}.{{ .Release.Namespace }}.svc
{{- end -}}

{{/* "true" where the data directory is a volume that stays. */}}
{{- define "clusterdex.isPersistent" -}}
{{- $elsewhere := has (include "clusterdex.storageKind" .) (list "postgres" "mysql" "elasticsearch" "memory") -}}
{{- if and .Values.persistence.enabled (eq .Values.mode "allInOne") (le (int .Values.server.replicas) 1) (not $elsewhere) -}}
true
{{- end -}}
{{- end -}}

{{- define "clusterdex.validate" -}}
{{- $storage := include "clusterdex.storageKind" . -}}
{{- $single := has $storage (list "sqlite" "memory") -}}
{{- if and $single (eq .Values.mode "split") -}}
{{- fail (printf "mode: split needs a storage that several processes share, and %s is of one process; name another with storage.name, or take mode allInOne" $storage) -}}
{{- end -}}
{{- if and $single (gt (int .Values.server.replicas) 1) -}}
{{- fail (printf "server.replicas: more than one needs a storage that several processes share, and %s is of one process; name another with storage.name" $storage) -}}
{{- end -}}
{{- if and .Values.postgresql.enabled (not (has .Values.storage.name (list "sqlite" "postgres"))) -}}
{{- fail (printf "postgresql.enabled makes the storage postgres, and storage.name is %s; leave one of them out" .Values.storage.name) -}}
{{- end -}}
{{- if and .Values.postgresql.enabled .Values.storage.existingSecret -}}
{{- fail "postgresql.enabled writes the storage's configuration, so storage.existingSecret cannot be named as well" -}}
{{- end -}}
{{- if and .Values.storage.existingSecret .Values.storage.config -}}
{{- fail "storage.config and storage.existingSecret are two places for the same; leave one of them out" -}}
{{- end -}}
{{- with .Values.server.proxy -}}
{{- if and (not .enabled) (or .allowedProxySubresources .enableProxyPathForForwardRequest .allowForwardUnsyncResourceRequest .allowPediaclusterConfigForProxyRequest) -}}
{{- fail "server.proxy: what is passed on is named, and server.proxy.enabled is false" -}}
{{- end -}}
{{- end -}}
{{- with .Values.server.advertiseUrl -}}
{{- if not (and (eq $.Values.mode "allInOne") $.Values.synchro.enabled) -}}
{{- fail "server.advertiseUrl is for processes of which one does the work of a plugin, in mode allInOne with synchro.enabled; leave it out" -}}
{{- end -}}
{{- if and (gt (int $.Values.server.replicas) 1) (not (regexMatch "\\$\\(POD_(IP|NAME)\\)" .)) -}}
{{- fail (printf "server.advertiseUrl: %s leads to any of them where there are more replicas than one; name the pod in it, as $(POD_IP) or $(POD_NAME)" .) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.certificates.extraHosts (eq .Values.certificates.source "existing") -}}
{{- fail "certificates.extraHosts are names for a certificate that is made for this release, and certificates.source is existing; leave one of them out" -}}
{{- end -}}
{{- $names := dict "storage" true -}}
{{- range .Values.plugins -}}
{{- if hasKey $names .name -}}
{{- fail (printf "plugins: the name %s stands there twice, or is that of storage.image" .name) -}}
{{- end -}}
{{- $_ := set $names .name true -}}
{{- end -}}
{{- end -}}

{{/* The images that hold plugins: a list of name, image and pullPolicy below "items". */}}
{{- define "clusterdex.pluginImages" -}}
{{- $images := list -}}
{{- with .Values.storage.image -}}
{{- $images = append $images (dict "name" "storage" "image" . "pullPolicy" $.Values.storage.imagePullPolicy) -}}
{{- end -}}
{{- range .Values.plugins -}}
{{- $images = append $images (dict "name" .name "image" .image "pullPolicy" (.pullPolicy | default "IfNotPresent")) -}}
{{- end -}}
{{- dict "items" $images | toJson -}}
{{- end -}}
