package main

import (
	"context"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/util"
)

type testCase struct {
	Name    string   `json:"name"`
	Outcome string   `json:"outcome"`
	File    string   `json:"file"`
	Row     int      `json:"row"`
	Error   *problem `json:"error,omitempty"`
	// Output of print().
	Output string `json:"output,omitempty"`
}

// coverage of one file: the rows that no test reached.
type coverage struct {
	File       string   `json:"file"`
	Covered    int      `json:"covered"`
	NotCovered int      `json:"notCovered"`
	Rows       [][2]int `json:"rows"`
}

func test(req request) (answer, error) {
	sources, caps, err := parse(req)
	if err != nil {
		return answer{}, err
	}
	ctx := context.Background()
	store := inmem.NewFromObject(base(req))
	txn, err := store.NewTransaction(ctx, storage.WriteParams)
	if err != nil {
		return answer{}, err
	}
	defer store.Abort(ctx, txn)

	modules := modulesByPath(sources)
	runner := tester.NewRunner().
		SetCompiler(testCompiler(req, caps)).
		SetStore(store).
		SetModules(modules).
		SetCoverageRuns(nil)
	cov := cover.New()
	if req.Coverage {
		runner = runner.SetCoverageQueryTracer(cov)
	}
	results, err := runner.RunTests(ctx, txn)
	if err != nil {
		return answer{}, err
	}
	var out answer
	for result := range results {
		out.Tests = append(out.Tests, toTestCase(result))
	}
	if req.Coverage {
		out.Coverage = covered(cov.Report(modulesByPath(sources)))
	}
	return out, nil
}

func testCompiler(req request, caps *ast.Capabilities) *ast.Compiler {
	return ast.NewCompiler().
		SetErrorLimit(0).
		WithCapabilities(caps).
		WithSchemas(schemas(req)).
		WithEnablePrintStatements(true).
		WithUseTypeCheckAnnotations(true)
}

func toTestCase(result *tester.Result) testCase {
	tc := testCase{
		Name:    strings.TrimPrefix(result.Package, "data.") + "." + result.Name,
		Outcome: "pass",
		File:    result.Location.File,
		Row:     result.Location.Row,
		Output:  string(result.Output),
	}
	switch {
	case result.Error != nil:
		tc.Outcome = "error"
		tc.Error = &problems(result.Error)[0]
	case result.Skip:
		tc.Outcome = "skip"
	case result.Fail:
		tc.Outcome = "fail"
	}
	return tc
}

func covered(report cover.Report) []coverage {
	list := make([]coverage, 0, len(report.Files))
	for _, file := range util.KeysSorted(report.Files) {
		if strings.HasSuffix(file, "_test.rego") {
			continue
		}
		fr := report.Files[file]
		rows := [][2]int{}
		for _, r := range fr.NotCovered {
			rows = append(rows, [2]int{r.Start.Row, r.End.Row})
		}
		list = append(list, coverage{file, fr.CoveredLines, fr.NotCoveredLines, rows})
	}
	return list
}
