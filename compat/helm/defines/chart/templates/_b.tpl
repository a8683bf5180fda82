{{ define "x" }}from _b{{ end }}{{ define "blank" }}not blank{{ end }}
