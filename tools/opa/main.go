// Command opa is OPA's compiler, tester and formatter as one WASI program without a file system:
// one JSON request on stdin, one JSON answer on stdout. src/evaluate/opa.ts runs it.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/util"
)

// request is what the host asks. Every command takes files; the other fields belong to the commands that
// name them.
type request struct {
	Command string `json:"command"`
	// Files are Rego sources by relative path. The paths end up in the compiled policy.
	Files map[string]string `json:"files"`
	// Schemas by the name that METADATA refers to: "record" is schema.record. For check and build.
	Schemas map[string]any `json:"schemas"`
	// Capabilities that the sources may use; all of OPA's when absent.
	Capabilities json.RawMessage `json:"capabilities"`
	// Data is the base document of test and eval.
	Data map[string]any `json:"data"`
	// Entrypoints of build, as "main/credential".
	Entrypoints []string `json:"entrypoints"`
	// Coverage asks test for covered lines.
	Coverage bool `json:"coverage"`
	// Targets of mutate.
	Targets []target `json:"targets"`
	// Query and Input of eval.
	Query string `json:"query"`
	Input any    `json:"input"`
}

// answer has errors, or what the command gave. Modules are there whenever the sources parse, so that the
// host can say what is wrong with a file's metadata before OPA says that an entrypoint is undefined.
type answer struct {
	Errors       []problem         `json:"errors,omitempty"`
	Modules      []module          `json:"modules,omitempty"`
	Reads        []read            `json:"reads,omitempty"`
	Wasm         []byte            `json:"wasm,omitempty"`
	Formatted    map[string]string `json:"formatted,omitempty"`
	Tests        []testCase        `json:"tests,omitempty"`
	Coverage     []coverage        `json:"coverage,omitempty"`
	Mutations    []mutation        `json:"mutations,omitempty"`
	Result       any               `json:"result,omitempty"`
	Defined      bool              `json:"defined,omitempty"`
	Capabilities *ast.Capabilities `json:"capabilities,omitempty"`
}

// problem is one error with its place; row and col count from 1, 0 when there is no place.
type problem struct {
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Details []string `json:"details,omitempty"`
	File    string   `json:"file"`
	Row     int      `json:"row"`
	Col     int      `json:"col"`
}

func main() {
	out, err := run(os.Stdin)
	if err != nil {
		out = answer{Errors: problems(err), Modules: out.Modules, Reads: out.Reads}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(stdin io.Reader) (answer, error) {
	bs, err := io.ReadAll(stdin)
	if err != nil {
		return answer{}, err
	}
	var req request
	// Keeps numbers as they are written, which encoding/json alone does not.
	if err := util.UnmarshalJSON(bs, &req); err != nil {
		return answer{}, fmt.Errorf("request: %w", err)
	}
	command, ok := commands[req.Command]
	if !ok {
		return answer{}, fmt.Errorf("unknown command %q", req.Command)
	}
	return command(req)
}

func problems(err error) []problem {
	var list ast.Errors
	var one *ast.Error
	var evaluation *topdown.Error
	var loading loader.Errors
	switch {
	case errors.As(err, &list):
		found := make([]problem, 0, len(list))
		for _, e := range list {
			found = append(found, fromAST(e))
		}
		return found
	case errors.As(err, &loading):
		var found []problem
		for _, e := range loading {
			found = append(found, problems(e)...)
		}
		return found
	case errors.As(err, &one):
		return []problem{fromAST(one)}
	case errors.As(err, &evaluation):
		return []problem{at(evaluation.Location, problem{Code: evaluation.Code, Message: evaluation.Message})}
	default:
		return []problem{{Code: "error", Message: err.Error()}}
	}
}

func fromAST(e *ast.Error) problem {
	p := problem{Code: e.Code, Message: e.Message}
	if e.Details != nil {
		p.Details = e.Details.Lines()
	}
	return at(e.Location, p)
}

func at(loc *ast.Location, p problem) problem {
	if loc != nil {
		p.File, p.Row, p.Col = loc.File, loc.Row, loc.Col
	}
	return p
}
