package main

import (
	"sigs.k8s.io/kustomize/kyaml/kio"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

// fileAnnotation is the one that Helm 4 marks objects with on their way through post-renderers.
const fileAnnotation = "postrenderer.helm.sh/postrender-filename"

// objects reads a stream with kyaml, changes the annotation, and writes it again.
func objects(op, input string) (string, error) {
	all, err := kio.ParseAll(input)
	if err != nil {
		return "", err
	}
	for _, one := range all {
		var change kyaml.Filter = kyaml.SetAnnotation(fileAnnotation, "c/templates/x.yaml")
		if op == "unkio" {
			if _, err := one.GetMeta(); err != nil {
				return "", err
			}
			change = kyaml.ClearAnnotation(fileAnnotation)
		}
		if err := one.PipeE(change); err != nil {
			return "", err
		}
	}
	return kio.StringAll(all)
}
