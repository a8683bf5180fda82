package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart"
	"helm.sh/helm/v4/pkg/chart/loader"
	values "helm.sh/helm/v4/pkg/chart/v2/loader"
	release "helm.sh/helm/v4/pkg/release/v1"
	"helm.sh/helm/v4/pkg/strvals"
)

// helm4 is `helm template --include-crds` of 4.3.1, with the notes behind.
func helm4(c *Case, path string) (string, error) {
	given, err := values4(c)
	if err != nil {
		return "", err
	}
	loaded, err := loader.Load(path)
	if err != nil {
		return "", err
	}
	accessor, err := chart.NewAccessor(loaded)
	if err != nil {
		return "", err
	}
	if kind := accessor.MetadataAsMap()["Type"]; kind != "" && kind != "application" {
		return "", fmt.Errorf("%s charts are not installable", kind)
	}
	if listed := accessor.MetaDependencies(); len(listed) > 0 {
		if err := action.CheckDependencies(loaded, listed); err != nil {
			return "", fmt.Errorf("an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: %w", err)
		}
	}
	client := action.NewInstall(action.NewConfiguration())
	client.DryRunStrategy = action.DryRunClient
	client.ReleaseName, client.Namespace = "demo", "default"
	client.Replace, client.IncludeCRDs = true, true
	made, err := client.Run(loaded, given)
	if err != nil {
		if made != nil && made.(*release.Release) != nil {
			err = fmt.Errorf("%w\n\nUse --debug flag to render out invalid YAML", err)
		}
		return "", err
	}
	rel := made.(*release.Release)
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

// values4 merges values as the command line of 4.3.1 does.
func values4(c *Case) (map[string]any, error) {
	base := map[string]any{}
	for i, text := range c.Values {
		read, err := values.LoadValues(bytes.NewReader(content(text)))
		if err != nil {
			return nil, fmt.Errorf("failed to parse v%d.yaml: %w", i, err)
		}
		base = values.MergeMaps(base, read)
	}
	for _, text := range c.of("set-json") {
		if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "{") {
			var object map[string]any
			if json.Unmarshal([]byte(trimmed), &object) != nil {
				return nil, fmt.Errorf("failed parsing --set-json data JSON: %s", text)
			}
			base = values.MergeMaps(base, object)
		} else if strvals.ParseJSON(text, base) != nil {
			return nil, fmt.Errorf("failed parsing --set-json data %s", text)
		}
	}
	kinds := []struct {
		name string
		into func(string, map[string]any) error
	}{
		{"set", strvals.ParseInto},
		{"set-string", strvals.ParseIntoString},
		{"set-file", func(text string, into map[string]any) error { return strvals.ParseIntoFile(text, into, file) }},
		{"set-literal", strvals.ParseLiteralInto},
	}
	for _, kind := range kinds {
		for _, text := range c.of(kind.name) {
			if err := kind.into(text, base); err != nil {
				return nil, fmt.Errorf("failed parsing --%s data: %w", kind.name, err)
			}
		}
	}
	return base, nil
}
