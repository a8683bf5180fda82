{{- /* What a pod plays, and which of its containers plays it. Stands in front of the other templates of pods. */ -}}
{{- $pod := . -}}
{{- $now := Now -}}
{{- $notes := .metadata.annotations | default dict -}}
{{- $inits := .spec.initContainers | default list -}}
{{- $mains := .spec.containers -}}

{{- $play := index $notes "longshore.dev/kwok" | default "" -}}
{{- $bad := index $notes "longshore.dev/kwok-container" | default "" -}}
{{- range concat $inits $mains -}}
  {{- $tag := regexFind ":kwok-[a-z-]+$" (.image | default "") -}}
  {{- if and $tag (not $play) -}}
    {{- $play = trimPrefix ":kwok-" $tag -}}
    {{- if not $bad -}}{{- $bad = .name -}}{{- end -}}
  {{- end -}}
{{- end -}}
{{- if not $bad -}}{{- $bad = (index $mains 0).name -}}{{- end -}}
