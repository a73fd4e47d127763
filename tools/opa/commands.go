package main

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/compile"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/util"
)

var commands = map[string]func(request) (answer, error){
	"build":        build,
	"capabilities": capabilities,
	"check":        check,
	"eval":         eval,
	"fmt":          reformat,
	"inspect":      inspect,
	"mutate":       mutate,
	"test":         test,
}

// source is one parsed file. The order of sources is that of their paths, so that errors and wasm do not
// depend on the order of a map.
type source struct {
	path   string
	text   string
	parsed *ast.Module
}

func parse(req request) ([]source, *ast.Capabilities, error) {
	caps, err := allowed(req)
	if err != nil {
		return nil, nil, err
	}
	var sources []source
	var failed ast.Errors
	for _, path := range util.KeysSorted(req.Files) {
		text := req.Files[path]
		parsed, err := ast.ParseModuleWithOpts(path, text, ast.ParserOptions{
			RegoVersion:       ast.RegoV1,
			Capabilities:      caps,
			ProcessAnnotation: true,
		})
		var list ast.Errors
		switch {
		case errors.As(err, &list):
			failed = append(failed, list...)
		case err != nil:
			failed = append(failed, ast.NewError(ast.ParseErr, ast.NewLocation(nil, path, 1, 1), "%s", err))
		default:
			sources = append(sources, source{path, text, parsed})
		}
	}
	if len(failed) > 0 {
		return nil, nil, failed
	}
	return sources, caps, nil
}

func allowed(req request) (*ast.Capabilities, error) {
	if len(req.Capabilities) == 0 {
		return ast.CapabilitiesForThisVersion(), nil
	}
	return ast.LoadCapabilitiesJSON(bytes.NewReader(req.Capabilities))
}

func modulesByPath(sources []source) map[string]*ast.Module {
	modules := make(map[string]*ast.Module, len(sources))
	for _, s := range sources {
		// The compiler rewrites in place: each use gets its own.
		modules[s.path] = s.parsed.Copy()
	}
	return modules
}

func schemas(req request) *ast.SchemaSet {
	set := ast.NewSchemaSet()
	for name, schema := range req.Schemas {
		set.Put(ast.Ref{ast.SchemaRootDocument, ast.StringTerm(name)}, schema)
	}
	return set
}

// checked compiles as strictly as OPA can, and gives what the sources read: of sources with mistakes, as far as the
// compiler got.
func checked(req request, sources []source, caps *ast.Capabilities) ([]read, error) {
	compiler := ast.NewCompiler().
		SetErrorLimit(0).
		WithCapabilities(caps).
		WithSchemas(schemas(req)).
		WithEnablePrintStatements(true).
		WithStrict(true).
		WithUseTypeCheckAnnotations(true)
	if compiler.Compile(modulesByPath(sources)); compiler.Failed() {
		return reads(compiler.Modules, false), compiler.Errors
	}
	return reads(compiler.Modules, true), nil
}

func check(req request) (answer, error) {
	sources, caps, err := parse(req)
	if err != nil {
		return answer{}, err
	}
	read, err := checked(req, sources, caps)
	return answer{Modules: describe(sources), Reads: read}, err
}

func inspect(req request) (answer, error) {
	sources, _, err := parse(req)
	return answer{Modules: describe(sources)}, err
}

// build checks too: what compiles to WebAssembly has passed strict mode, schemas and capabilities.
func build(req request) (answer, error) {
	sources, caps, err := parse(req)
	if err != nil {
		return answer{}, err
	}
	out := answer{Modules: describe(sources)}
	if out.Reads, err = checked(req, sources, caps); err != nil {
		return out, err
	}
	b := &bundle.Bundle{}
	b.SetRegoVersion(ast.RegoV1)
	b.Manifest.Init()
	for _, s := range sources {
		b.Modules = append(b.Modules, bundle.ModuleFile{URL: s.path, Path: s.path, Parsed: s.parsed.Copy(), Raw: []byte(s.text)})
	}
	compiler := compile.New().
		WithCapabilities(caps).
		WithTarget(compile.TargetWasm).
		WithRegoVersion(ast.RegoV1).
		WithPruneUnused(true).
		WithEntrypoints(req.Entrypoints...).
		WithBundle(b)
	if err := compiler.Build(context.Background()); err != nil {
		return out, err
	}
	out.Wasm = compiler.Bundle().WasmModules[0].Raw
	return out, nil
}

// reformat answers with the files that were not as opa fmt would write them.
func reformat(req request) (answer, error) {
	sources, caps, err := parse(req)
	if err != nil {
		return answer{}, err
	}
	changed := map[string]string{}
	for _, s := range sources {
		formatted, err := format.SourceWithOpts(s.path, []byte(s.text), format.Opts{RegoVersion: ast.RegoV1, Capabilities: caps})
		if err != nil {
			return answer{}, err
		}
		if string(formatted) != s.text {
			changed[s.path] = string(formatted)
		}
	}
	return answer{Formatted: changed}, nil
}

func eval(req request) (answer, error) {
	sources, caps, err := parse(req)
	if err != nil {
		return answer{}, err
	}
	compiler := ast.NewCompiler().WithCapabilities(caps)
	if compiler.Compile(modulesByPath(sources)); compiler.Failed() {
		return answer{}, compiler.Errors
	}
	results, err := rego.New(
		rego.Compiler(compiler),
		rego.Store(inmem.NewFromObject(base(req))),
		rego.Query(strings.TrimSpace(req.Query)),
		rego.Input(req.Input),
	).Eval(context.Background())
	if err != nil || len(results) == 0 {
		return answer{}, err
	}
	return answer{Result: results[0].Expressions[0].Value, Defined: true}, nil
}

func base(req request) map[string]any {
	if req.Data == nil {
		return map[string]any{}
	}
	return req.Data
}
