{{/* Arguments that every process on the storage has. */}}
{{- define "clusterdex.storageArgs" -}}
- --data-dir=/var/lib/clusterdex
- --storage-name={{ include "clusterdex.storageName" . }}
{{- if include "clusterdex.storageSecretName" . }}
- --storage-config=/etc/clusterdex/storage/{{ .Values.storage.existingSecret | empty | ternary "storage.yaml" .Values.storage.existingSecretKey }}
{{- end }}
- --log-level={{ .Values.logLevel }}
{{- with include "clusterdex.featureGates" . | fromJson }}
{{- $gates := list }}
{{- range $name, $value := . }}{{ $gates = append $gates (printf "%s=%v" $name $value) }}{{ end }}
- --feature-gates={{ join "," $gates }}
{{- end }}
{{- end -}}

{{/* As JSON. */}}
{{- define "clusterdex.featureGates" -}}
{{- merge (ternary (dict "AllowProxyRequestToClusters" true) (dict) .Values.server.proxy.enabled) .Values.featureGates | toJson -}}
{{- end -}}

{{- define "clusterdex.servingArgs" -}}
- --secure-port={{ .Values.server.securePort }}
- --bind-address={{ .Values.server.bindAddress }}
- --tls-cert-file=/etc/clusterdex/tls/tls.crt
- --tls-private-key-file=/etc/clusterdex/tls/tls.key
- --shutdown-delay-duration={{ .Values.server.shutdownDelaySeconds }}s
{{- with .Values.server.auditLogPath }}
- --audit-log-path={{ . }}
{{- end }}
{{- end -}}

{{- define "clusterdex.synchroArgs" -}}
- --page-size={{ .Values.synchro.pageSize }}
- --leader-elect-lease-duration={{ .Values.synchro.leaseDurationSeconds }}
- --leader-elect-resource-name={{ include "clusterdex.fullname" . }}
- --leader-elect-resource-namespace={{ .Release.Namespace }}
{{- with .Values.synchro.shardingName }}
- --sharding-name={{ . }}
{{- end }}
{{- if .Values.synchro.storeSecretValues }}
- --store-secret-values
{{- end }}
{{- if .Values.synchro.pipeline }}
- --pipeline-config=/etc/clusterdex/pipeline/pipeline.yaml
{{- end }}
{{- end -}}

{{/* What the server is told, and `clusterdex doctor` in its place. */}}
{{- define "clusterdex.serverArgs" -}}
{{- $parts := list -}}
{{- $follows := and (eq .Values.mode "allInOne") .Values.synchro.enabled -}}
{{- if $follows -}}{{- $parts = append $parts "- --host-kubeconfig" -}}{{- end -}}
{{- $parts = concat $parts (list (include "clusterdex.storageArgs" .) (include "clusterdex.servingArgs" .)) -}}
{{- if $follows -}}{{- $parts = append $parts (include "clusterdex.synchroArgs" .) -}}{{- end -}}
{{- with .Values.server.proxy -}}
{{- if and .enabled (not $follows) -}}{{- $parts = append $parts "- --host-kubeconfig" -}}{{- end -}}
{{- with .allowedProxySubresources -}}{{- $parts = append $parts (printf "- --allowed-proxy-subresources=%s" (join "," .)) -}}{{- end -}}
{{- if .enableProxyPathForForwardRequest -}}{{- $parts = append $parts "- --enable-proxy-path-for-forward-request" -}}{{- end -}}
{{- if .allowForwardUnsyncResourceRequest -}}{{- $parts = append $parts "- --allow-forward-unsync-resource-request" -}}{{- end -}}
{{- if .allowPediaclusterConfigForProxyRequest -}}{{- $parts = append $parts "- --allow-pediacluster-config-for-proxy-request" -}}{{- end -}}
{{- end -}}
{{- join "\n" $parts -}}
{{- end -}}

{{/* The pod of a component: "root", "component", "settings", "args", "port", "scheme", "serves", "follows". */}}
{{- define "clusterdex.pod" -}}
{{- $root := .root -}}
{{- $plugins := (include "clusterdex.pluginImages" $root | fromJson).items -}}
metadata:
  labels:
    {{- include "clusterdex.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
    {{- with .settings.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/storage: {{ include (print $root.Template.BasePath "/storage-secret.yaml") $root | regexReplaceAll "(?m)^ +password: .*$" "" | sha256sum }}
    {{- if .follows }}
    checksum/pipeline: {{ toJson $root.Values.synchro.pipeline | sha256sum }}
    {{- end }}
    {{- with .settings.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include (ternary "clusterdex.serviceAccountName" "clusterdex.synchroServiceAccountName" .serves) $root }}
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  # Else a Service called clusterdex would be environment variables CLUSTERDEX_…, which flags are read from.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .settings.terminationGracePeriodSeconds }}
  {{- if $plugins }}
  initContainers:
    {{- range $plugins }}
    - name: plugin-{{ .name }}
      image: {{ .image | quote }}
      imagePullPolicy: {{ .pullPolicy }}
      # The image's own command copies what it holds into this folder.
      args: [/target]
      {{- with $root.Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      resources:
        requests:
          cpu: 10m
          memory: 32Mi
      volumeMounts:
        - name: plugin-{{ .name }}
          mountPath: /target
    {{- end }}
  {{- end }}
  containers:
    - name: {{ .component }}
      image: {{ include "clusterdex.image" $root | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args:
        {{- .args | nindent 8 }}
        {{- with .settings.extraArgs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      env:
        - name: CLUSTERPEDIA_NAMESPACE
          valueFrom:
            fieldRef:
              fieldPath: metadata.namespace
        {{- if and .serves $root.Values.server.advertiseUrl }}
        - name: POD_IP
          valueFrom:
            fieldRef:
              fieldPath: status.podIP
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        {{- end }}
        {{- if $plugins }}
        - name: STORAGE_PLUGINS
          value: {{ range $index, $plugin := $plugins }}{{ if $index }}:{{ end }}/plugins/{{ $plugin.name }}{{ end }}
        {{- end }}
        {{- if $root.Values.postgresql.enabled }}
        - name: DB_PASSWORD
          valueFrom:
            secretKeyRef:
              name: {{ include "clusterdex.fullname" $root }}-postgresql
              key: password
        {{- end }}
        {{- with $root.Values.storage.env }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- with .settings.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: {{ lower .scheme }}
          containerPort: {{ .port }}
          protocol: TCP
      # Long, because an index may have to be built and a schema migrated before it serves.
      startupProbe:
        httpGet:
          path: /livez
          port: {{ lower .scheme }}
          scheme: {{ .scheme }}
        periodSeconds: 2
        failureThreshold: 300
      livenessProbe:
        httpGet:
          path: /livez
          port: {{ lower .scheme }}
          scheme: {{ .scheme }}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet:
          path: /readyz
          port: {{ lower .scheme }}
          scheme: {{ .scheme }}
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 2
      {{- with .settings.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $root.Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: data
          mountPath: /var/lib/clusterdex
        - name: tmp
          mountPath: /tmp
        {{- if .serves }}
        - name: continue-key
          mountPath: /var/lib/clusterdex/continue.key
          subPath: continue.key
          readOnly: true
        - name: tls
          mountPath: /etc/clusterdex/tls
          readOnly: true
        {{- end }}
        {{- if include "clusterdex.storageSecretName" $root }}
        - name: storage
          mountPath: /etc/clusterdex/storage
          readOnly: true
        {{- end }}
        {{- if and .follows $root.Values.synchro.pipeline }}
        - name: pipeline
          mountPath: /etc/clusterdex/pipeline
          readOnly: true
        {{- end }}
        {{- range $plugins }}
        - name: plugin-{{ .name }}
          mountPath: /plugins/{{ .name }}
          readOnly: true
        {{- end }}
        {{- with $root.Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: data
      {{- if include "clusterdex.isPersistent" $root }}
      persistentVolumeClaim:
        claimName: {{ $root.Values.persistence.existingClaim | default (printf "%s-data" (include "clusterdex.fullname" $root)) }}
      {{- else }}
      emptyDir: {}
      {{- end }}
    - name: tmp
      emptyDir: {}
    {{- if .serves }}
    - name: continue-key
      secret:
        secretName: {{ include "clusterdex.continueKeySecretName" $root }}
        defaultMode: 0440
    - name: tls
      secret:
        secretName: {{ include "clusterdex.servingSecretName" $root }}
        defaultMode: 0440
    {{- end }}
    {{- with include "clusterdex.storageSecretName" $root }}
    - name: storage
      secret:
        secretName: {{ . }}
        defaultMode: 0440
    {{- end }}
    {{- if and .follows $root.Values.synchro.pipeline }}
    - name: pipeline
      configMap:
        name: {{ include "clusterdex.fullname" $root }}-pipeline
    {{- end }}
    {{- range $plugins }}
    - name: plugin-{{ .name }}
      emptyDir: {}
    {{- end }}
    {{- with $root.Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .settings.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .settings.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .settings.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .settings.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  topologySpreadConstraints:
    {{- if .settings.topologySpreadConstraints }}
    {{- toYaml .settings.topologySpreadConstraints | nindent 4 }}
    {{- else }}
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "clusterdex.selector" $root | nindent 10 }}
          app.kubernetes.io/component: {{ $.component }}
    {{- end }}
    {{- end }}
{{- end -}}
