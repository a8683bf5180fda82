{{- /* The address that a cloud would give to a Service of type LoadBalancer. */ -}}
{{- $last := add 1 (mod (adler32sum .metadata.uid | int64) 254) -}}
loadBalancer:
  ingress:
  - ip: "198.51.100.{{ $last }}"
    ipMode: VIP
