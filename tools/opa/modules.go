package main

import "github.com/open-policy-agent/opa/v1/ast"

// module is what a source says about itself: where it is, what it defines, and its METADATA.
type module struct {
	File        string       `json:"file"`
	Package     []string     `json:"package"`
	Row         int          `json:"row"`
	Rules       []string     `json:"rules"`
	Annotations []annotation `json:"annotations"`
}

type annotation struct {
	Scope       string         `json:"scope"`
	Title       string         `json:"title"`
	Description string         `json:"description"`
	Custom      map[string]any `json:"custom"`
	// Schemas by what they describe: "input" is "schema.record".
	Schemas map[string]string `json:"schemas"`
	Row     int               `json:"row"`
}

func describe(sources []source) []module {
	modules := make([]module, 0, len(sources))
	for _, s := range sources {
		modules = append(modules, module{
			File:        s.path,
			Package:     packagePath(s.parsed.Package),
			Row:         s.parsed.Package.Location.Row,
			Rules:       ruleNames(s.parsed.Rules),
			Annotations: annotations(s.parsed.Annotations),
		})
	}
	return modules
}

// packagePath is the package without its leading "data".
func packagePath(p *ast.Package) []string {
	path := make([]string, 0, len(p.Path))
	for _, term := range p.Path[1:] {
		name, ok := term.Value.(ast.String)
		if !ok {
			return append(path, term.String())
		}
		path = append(path, string(name))
	}
	return path
}

func ruleNames(rules []*ast.Rule) []string {
	names := []string{}
	seen := map[string]bool{}
	for _, rule := range rules {
		name := rule.Head.Ref().GroundPrefix().String()
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

func annotations(found []*ast.Annotations) []annotation {
	list := make([]annotation, 0, len(found))
	for _, a := range found {
		row := 0
		if a.Location != nil {
			row = a.Location.Row
		}
		list = append(list, annotation{a.Scope, a.Title, a.Description, a.Custom, schemaNames(a), row})
	}
	return list
}

func schemaNames(a *ast.Annotations) map[string]string {
	names := map[string]string{}
	for _, s := range a.Schemas {
		names[s.Path.String()] = s.Schema.String()
	}
	return names
}
