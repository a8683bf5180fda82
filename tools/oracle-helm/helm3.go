package main

import (
	"bytes"
	"fmt"
	"strings"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/strvals"
	"sigs.k8s.io/yaml"
)

// helm3 is `helm template --include-crds` of 3.22.0, with the notes behind.
func helm3(c *Case, path string) (string, error) {
	given, err := values3(c)
	if err != nil {
		return "", err
	}
	loaded, err := loader.Load(path)
	if err != nil {
		return "", err
	}
	if kind := loaded.Metadata.Type; kind != "" && kind != "application" {
		return "", fmt.Errorf("%s charts are not installable", kind)
	}
	if listed := loaded.Metadata.Dependencies; listed != nil {
		if err := action.CheckDependencies(loaded, listed); err != nil {
			return "", fmt.Errorf("An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies: %w", err)
		}
	}
	configuration := &action.Configuration{Log: func(string, ...any) {}}
	client := action.NewInstall(configuration)
	client.DryRun, client.DryRunOption, client.ClientOnly = true, "true", true
	client.ReleaseName, client.Namespace = "demo", "default"
	client.Replace, client.IncludeCRDs = true, true
	rel, err := client.Run(loaded, given)
	if err != nil {
		if rel != nil {
			err = fmt.Errorf("%w\n\nUse --debug flag to render out invalid YAML", err)
		}
		return "", err
	}
	var out bytes.Buffer
	fmt.Fprintln(&out, strings.TrimSpace(rel.Manifest))
	for _, hook := range rel.Hooks {
		fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", hook.Path, hook.Manifest)
	}
	if rel.Info.Notes != "" {
		fmt.Fprintf(&out, "NOTES:\n%s", rel.Info.Notes)
	}
	return out.String(), nil
}

// values3 merges values as the command line of 3.22.0 does.
func values3(c *Case) (map[string]any, error) {
	base := map[string]any{}
	for i, text := range c.Values {
		read := map[string]any{}
		if err := yaml.Unmarshal(content(text), &read); err != nil {
			return nil, fmt.Errorf("failed to parse v%d.yaml: %w", i, err)
		}
		base = merged(base, read)
	}
	kinds := []struct {
		name string
		into func(string, map[string]any) error
	}{
		{"set-json", strvals.ParseJSON},
		{"set", strvals.ParseInto},
		{"set-string", strvals.ParseIntoString},
		{"set-file", func(text string, into map[string]any) error { return strvals.ParseIntoFile(text, into, file) }},
		{"set-literal", strvals.ParseLiteralInto},
	}
	for _, kind := range kinds {
		for _, text := range c.of(kind.name) {
			err := kind.into(text, base)
			if err != nil && kind.name == "set-json" {
				return nil, fmt.Errorf("failed parsing --set-json data %s", text)
			}
			if err != nil {
				return nil, fmt.Errorf("failed parsing --%s data: %w", kind.name, err)
			}
		}
	}
	return base, nil
}

// merged puts one map over another, as the command line does before any chart is there.
func merged(base, over map[string]any) map[string]any {
	out := make(map[string]any, len(base))
	for key, value := range base {
		out[key] = value
	}
	for key, value := range over {
		below, ok := out[key].(map[string]any)
		if above, is := value.(map[string]any); is && ok {
			out[key] = merged(below, above)
		} else {
			out[key] = value
		}
	}
	return out
}
