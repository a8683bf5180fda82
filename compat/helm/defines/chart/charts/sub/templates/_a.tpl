{{ define "x" }}from sub{{ end }}{{ define "only" }}only in sub{{ end }}
