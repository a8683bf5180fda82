{{ define "x" }}from lib{{ end }}{{ define "only" }}only in lib{{ end }}
