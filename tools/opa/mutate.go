package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// mutation is what became of the mutants of one file.
type mutation struct {
	File string `json:"file"`
	// Killed by a test, Refused by the compiler, Cut off as (nearly) endless.
	Killed  int `json:"killed"`
	Refused int `json:"refused"`
	Cut     int `json:"cut"`
	// Survivors are mutants that no test noticed.
	Survivors []survivor `json:"survivors"`
}

type survivor struct {
	Row        int    `json:"row"`
	Col        int    `json:"col"`
	Expression string `json:"expression"`
	Mutation   string `json:"mutation"`
}

// maxSteps ends a mutant: it is a hundred times what the longest honest test takes. Counting steps instead of
// seconds gives the same answer on every machine, and WASI has no second thread to interrupt the first.
const maxSteps = 200_000

type steps struct{ count int }

func (s *steps) Cancel()         { s.count = maxSteps }
func (s *steps) Cancelled() bool { s.count++; return s.count > maxSteps }

// target is a file to mutate, and the test files that should notice.
type target struct {
	File  string   `json:"file"`
	Tests []string `json:"tests"`
}

// mutate changes the conditions of the targets one at a time and runs their tests.
func mutate(req request) (answer, error) {
	sources, caps, err := parse(req)
	if err != nil {
		return answer{}, err
	}
	ctx := context.Background()
	store := inmem.NewFromObject(base(req))
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return answer{}, err
	}
	defer store.Abort(ctx, txn)
	h := host{caps, store, txn}
	files := map[string]*ast.Module{}
	for _, s := range sources {
		files[s.path] = s.parsed
	}
	out := answer{Mutations: []mutation{}}
	for _, t := range req.Targets {
		suites := suitesOf(files, t)
		for _, s := range suites {
			if outcome := h.judge(ctx, s, t.File, files[t.File]); outcome != survived {
				return answer{}, fmt.Errorf("%s: without any change a test of %s is %s", t.File, s.path, outcome)
			}
		}
		out.Mutations = append(out.Mutations, mutateFile(files, t, func(changed *ast.Module) string {
			return judgeAll(suites, func(s *suite) string { return h.judge(ctx, s, t.File, changed) })
		}))
	}
	return out, nil
}

func mutateFile(files map[string]*ast.Module, t target, judge func(*ast.Module) string) mutation {
	out := mutation{File: t.File, Survivors: []survivor{}}
	for _, m := range mutantsOf(files[t.File]) {
		changed := files[t.File].Copy()
		m.apply(changed)
		switch judge(changed) {
		case killed:
			out.Killed++
		case refused:
			out.Refused++
		case cut:
			out.Cut++
		default:
			out.Survivors = append(out.Survivors, survivor{m.location.Row, m.location.Col, oneLine(m.text), m.mutation})
		}
	}
	return out
}

const (
	killed   = "killed"
	refused  = "refused"
	cut      = "cut"
	survived = "survived"
)

// judgeAll asks suite by suite. What killed last comes first: the next mutant is often killed by the same.
func judgeAll(suites []*suite, judge func(*suite) string) string {
	for at, s := range suites {
		if outcome := judge(s); outcome != survived {
			copy(suites[1:at+1], suites[:at])
			suites[0] = s
			return outcome
		}
	}
	return survived
}

// suite is one test file with all that it reads.
type suite struct {
	path    string
	modules map[string]*ast.Module
	tests   []ast.Body
}

func suitesOf(files map[string]*ast.Module, t target) []*suite {
	var suites []*suite
	for _, path := range t.Tests {
		if files[path] == nil {
			continue
		}
		s := &suite{path: path, modules: reachable(files, path), tests: testRules(files[path])}
		if s.modules[t.File] != nil {
			suites = append(suites, s)
		}
	}
	return suites
}

// host is what every mutant is compiled with and tested over.
type host struct {
	caps  *ast.Capabilities
	store storage.Store
	txn   storage.Transaction
}

func (h host) judge(ctx context.Context, s *suite, path string, changed *ast.Module) string {
	modules := make(map[string]*ast.Module, len(s.modules))
	for path, module := range s.modules {
		modules[path] = module.Copy() // the compiler rewrites in place
	}
	modules[path] = changed.Copy()
	compiler := ast.NewCompiler().WithCapabilities(h.caps)
	if compiler.Compile(modules); compiler.Failed() {
		return refused
	}
	for at, test := range s.tests {
		limit := &steps{}
		results, err := topdown.NewQuery(test).
			WithCompiler(compiler).
			WithStore(h.store).
			WithTransaction(h.txn).
			WithCancel(limit).
			Run(ctx)
		if err == nil && len(results) > 0 {
			continue
		}
		copy(s.tests[1:at+1], s.tests[:at])
		s.tests[0] = test
		if limit.count > maxSteps {
			return cut
		}
		return killed
	}
	return survived
}

func testRules(module *ast.Module) []ast.Body {
	var tests []ast.Body
	seen := map[string]bool{}
	for _, rule := range module.Rules {
		name := string(rule.Head.Name)
		if strings.HasPrefix(name, "test_") && !seen[name] {
			seen[name] = true
			tests = append(tests, ast.NewBody(ast.NewExpr(ast.NewTerm(rule.Ref().GroundPrefix()))))
		}
	}
	return tests
}

// reachable has a file and what it reads, and what that reads; other tests are left out.
func reachable(files map[string]*ast.Module, root string) map[string]*ast.Module {
	found := map[string]*ast.Module{root: files[root]}
	queue := []*ast.Module{files[root]}
	for len(queue) > 0 {
		module := queue[0]
		queue = queue[1:]
		ast.WalkRefs(module, func(ref ast.Ref) bool {
			if len(ref) < 2 || !ref.HasPrefix(ast.DefaultRootRef) {
				return false
			}
			for path, other := range files {
				read := ref.HasPrefix(other.Package.Path) || other.Package.Path.HasPrefix(ref.ConstantPrefix())
				if read && found[path] == nil && !strings.HasSuffix(path, "_test.rego") {
					found[path] = other
					queue = append(queue, other)
				}
			}
			return false
		})
	}
	return found
}
