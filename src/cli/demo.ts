import type { CommandModule } from 'yargs';
import { ScanError } from '../lib/scan-error.ts';
import { demoFlags } from './flags.ts';
import type { Flags, GlobalFlags } from './settings.ts';

export type DemoFlags = GlobalFlags & Pick<Flags, keyof typeof demoFlags>;

/** What shapes the cloud of the demo. */
export interface CloudFlags {
	clusters: number | undefined;
	identities: number | undefined;
	'latency-ms': number | undefined;
	rate: number | undefined;
	seed: number | undefined;
}

interface ServeFlags {
	serve: boolean | undefined;
	json: boolean | undefined;
}

const SERVE = 'Serve:';
const CLOUD = 'Cloud:';

/** Smallest and largest of each number. */
const ranges = {
	clusters: [1, 2000],
	identities: [12, 50_000],
	'latency-ms': [0, 60_000],
	rate: [0, 100_000],
	seed: [0, 2 ** 32 - 1],
} as const;

/** `kubelapse demo` */
export const demo: CommandModule<GlobalFlags, DemoFlags & CloudFlags & ServeFlags> = {
	command: 'demo',
	describe: 'Scan an embedded fleet and cloud on this machine and write the reports',
	builder: yargs =>
		yargs
			.options(demoFlags)
			.options({
				serve: {
					group: SERVE,
					type: 'boolean',
					describe: 'Scan nothing: keep the fleet and its Alibaba Cloud up until Ctrl-C',
				},
				json: { group: SERVE, type: 'boolean', describe: 'Print where it is as one line of JSON' },
				clusters: number('clusters', 'ACK and ACS clusters', '40'),
				identities: number('identities', 'RAM users and roles, deleted ones too', '300'),
				'latency-ms': number('latency-ms', 'Milliseconds before each answer of the cloud', '0'),
				rate: number('rate', 'Calls a second that each product lets through, 0 for any', '0'),
				seed: number('seed', 'The same number makes the same cloud', '1'),
			})
			.check(checkServe)
			.example('$0 demo --out demo-report', 'nothing but this machine is contacted')
			.example('$0 demo --save-facts facts', 'then: kubelapse scan --facts facts')
			.example('$0 demo --serve --json', 'a cloud to point other tools at'),
	handler: async flags => {
		const { serve, json, clusters, identities, 'latency-ms': latency, rate, seed, ...rest } = flags;
		// The scan has a flag `--identities` too, which is a file.
		const shape = { clusters, identities, 'latency-ms': latency, rate, seed };
		if (serve === true) await (await import('./run/demo-serve.ts')).serve({ json, ...shape });
		else await (await import('./run/demo.ts')).run(rest, shape);
	},
};

function number(name: keyof typeof ranges, describe: string, byDefault: string) {
	const coerce = (value: unknown) => readNumber(name, value);
	const text = `N: ${describe} (default ${byDefault})`;
	// As text: a number would let `1e3` and NaN through.
	return { group: CLOUD, type: 'string', requiresArg: true, describe: text, coerce } as const;
}

function readNumber(name: keyof typeof ranges, value: unknown): number | undefined {
	if (value === undefined) return undefined;
	const [from, to] = ranges[name];
	const number = /^\d+$/.test(String(value)) ? Number(value) : Number.NaN;
	if (number >= from && number <= to) return number;
	throw new ScanError('USAGE', `--${name} is a whole number from ${from} to ${to}`);
}

/** A flag that nothing reads must not look as if it had been heard. */
function checkServe({ serve, json }: Record<string, unknown>): true {
	if (serve === true || json === undefined) return true;
	throw new ScanError('USAGE', '--json says where --serve keeps the cloud up; add --serve');
}
