/** The walls between the folders of src/, each with its reason. */

/** Everything of ours but the named folders. */
const outside = (...folders) => `^src/(?!(${folders.join('|')})/)`;
const NODE = { dependencyTypes: ['core'] };

/** A law: what `from` may not reach, and why. */
const law = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const files = path => ({ path });

module.exports = {
	forbidden: [
		law(
			'no-circular',
			'Data flows one way; a circle would let a stage call back into one before it. Types may go round.',
			{},
			{ circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
		),
		law(
			'not-to-unresolvable',
			'A typing mistake in an import must not look like a wall that holds.',
			{},
			{ couldNotResolve: true },
		),
		law(
			'no-undeclared-packages',
			'A package that only another package brings disappears with it.',
			files('^src/'),
			{ dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'] },
		),
		law(
			'no-src-to-test',
			'The product has no test hooks, and is published without its tests.',
			files('^src/'),
			files('^(test|bench)/'),
		),

		// ---- src/model ----
		law(
			'model-imports-nothing',
			'The types that flow are the contract between all stages: they lean on none of them.',
			files('^src/model/'),
			{ pathNot: '^src/model/' },
		),

		// ---- src/lib ----
		law(
			'lib-knows-the-model-alone',
			'Helpers that know a stage belong to that stage.',
			files('^src/lib/'),
			files(outside('lib', 'model')),
		),
		law(
			'x509-in-one-file',
			'The package needs reflect-metadata loaded before it; lib/x509.ts sees to that.',
			{ path: '^src/', pathNot: '^src/lib/x509\\.ts$' },
			files('node_modules/(@peculiar/|reflect-metadata/)'),
		),

		// ---- src/providers ----
		law(
			'providers-reach-things-only',
			'How to reach a thing is apart from what is gathered, how it is judged and how it is shown.',
			files('^src/providers/'),
			files(outside('providers', 'model', 'lib')),
		),
		law(
			'sdks-stay-in-providers',
			'A client library leaks its types and its 0.4 s of loading into whatever imports it.',
			// The embedded log service answers SQL as its own server, which is what DuckDB is there.
			{ path: '^src/', pathNot: '^src/(providers/|demo/alibaba/sls-engine)' },
			files('node_modules/(@kubernetes|@alicloud|@duckdb)/'),
		),

		// ---- src/collectors ----
		law(
			'collectors-see-the-provider-type',
			'A collector reads through any provider, a stub in a test too: it knows the shape.',
			files('^src/collectors/'),
			{
				path: '^src/providers/',
				dependencyTypesNot: ['type-only'],
			},
		),
		law(
			'collectors-gather-only',
			'What is gathered depends neither on how it is judged nor on how it is shown.',
			files('^src/collectors/'),
			files(outside('collectors', 'providers', 'model', 'lib')),
		),

		// ---- src/join, src/suppress ----
		law(
			'join-is-pure',
			'The same facts give the same records: nothing here fetches, evaluates or prints.',
			files('^src/join/'),
			files(outside('join', 'model', 'lib')),
		),
		law(
			'suppress-is-pure',
			'A waiver is applied to findings, whoever made them.',
			files('^src/suppress/'),
			files(outside('suppress', 'model', 'lib')),
		),

		// ---- src/evaluate ----
		law(
			'evaluate-judges-records',
			'Policies judge records from anywhere: live, from a file, or built in a test.',
			files('^src/evaluate/'),
			files(outside('evaluate', 'model', 'lib')),
		),
		law(
			'opa-stays-in-evaluate',
			'The WASM runtime has traps (inputs, set order, missing built-ins) that are handled in one place.',
			{ path: '^src/', pathNot: '^src/evaluate/' },
			files('node_modules/@open-policy-agent/'),
		),

		// ---- src/reporters ----
		law(
			'reporters-stay-in-reporters',
			'A format is a pure function of the report; it never fetches or judges.',
			files('^src/reporters/'),
			files(outside('reporters', 'model', 'lib')),
		),
		law(
			'handlebars-stays-in-reporters',
			'Templates, with their strict mode and escaping, are set up once.',
			{ path: '^src/', pathNot: '^src/reporters/' },
			files('node_modules/handlebars/'),
		),

		// ---- src/remediation ----
		law(
			'remediation-plans-from-reports',
			'A plan is made of a report and carried out through a provider that its caller hands over.',
			files('^src/remediation/'),
			files(outside('remediation', 'providers', 'model', 'lib')),
		),
		law(
			'remediation-sees-the-provider-type',
			'The only thing that writes to a cluster gets its connection from outside.',
			files('^src/remediation/'),
			{ path: '^src/providers/', dependencyTypesNot: ['type-only'] },
		),

		// ---- src/demo ----
		law(
			'demo-is-a-peer-on-the-wire',
			'The embedded fleet is reached over TLS like any cluster: what it shared with the scanner would hide faults.',
			files('^src/demo/'),
			files(outside('demo', 'model', 'lib')),
		),
		law(
			'demo-is-started-by-the-command-line',
			'No part of the product may lean on the fleet that tests it.',
			{ path: '^src/', pathNot: '^src/(demo|cli)/' },
			files('^src/demo/'),
		),

		// ---- src/*.ts, src/cli ----
		law(
			'nothing-imports-the-command-line',
			'Only cli/ prints, exits and reads the environment and the clock; from elsewhere it cannot be reached.',
			{ path: '^src/', pathNot: '^src/cli/' },
			files('^src/cli/'),
		),
		law(
			'stages-do-not-import-the-flow',
			'src/*.ts puts the stages together; a stage that called it would run the flow inside itself.',
			{ path: '^src/[^/]+/', pathNot: '^src/cli/' },
			files('^src/[^/]+\\.ts$'),
		),
		law(
			'yargs-stays-in-cli',
			'The flow is called with a typed request, whoever asks.',
			{ path: '^src/', pathNot: '^src/cli/' },
			files('node_modules/yargs/'),
		),

		// ---- Node itself ----
		law(
			'files-are-read-in-few-places',
			'What reads no disk gives the same result everywhere. The exceptions are loaders of what is shipped, and what users point at.',
			{
				path: '^src/',
				pathNot: [
					'^src/cli/',
					'^src/demo/',
					'^src/providers/',
					'^src/evaluate/(bundle|frameworks|opa|opa-child)\\.ts$',
					'^src/reporters/templates\\.ts$',
				],
			},
			{ ...NODE, path: '^(node:)?fs(/promises)?$' },
		),
		law(
			'network-is-reached-in-few-places',
			'Only providers connect, and only the demo listens.',
			// join only sorts addresses, by BlockList.
			{ path: '^src/', pathNot: '^src/((providers|demo)/|join/cluster\\.ts$)' },
			{ ...NODE, path: '^(node:)?(net|tls|http|https|http2|dgram|dns)$' },
		),
		law(
			'processes-are-started-in-few-places',
			'Exec plugins and the Rego compiler are other programs, each under a time limit where it is started.',
			{ path: '^src/', pathNot: '^src/(providers/kubernetes/exec-plugin|evaluate/opa)\\.ts$' },
			{ ...NODE, path: '^(node:)?child_process$' },
		),
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		// Types count: a stage that knows another's types is not apart from it.
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
		enhancedResolveOptions: {
			extensions: ['.ts', '.js', '.json'],
			exportsFields: ['exports'],
			conditionNames: ['import', 'node', 'default', 'types'],
		},
	},
};
