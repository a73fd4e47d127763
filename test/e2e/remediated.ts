import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { JournalEntry, Sealed } from '../../src/model/journal.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import type { Report } from '../../src/model/report.ts';
import { filesBelow, kubelapse, type Ran, scan } from './cli.ts';
import type { KubeClient, KubeObject } from './kube-client.ts';
import { keyParts } from './seed.ts';
import {
	bindingPath,
	type Person,
	type RemediatedCluster,
	startRemediatedCluster,
	writeRoster,
} from './seed-remediation.ts';

let started: Promise<RemediatedCluster> | undefined;

/** The one cluster that all cases share; each ends what is its own. */
export function remediated(): Promise<RemediatedCluster> {
	started ??= startRemediatedCluster(line => process.stderr.write(`${line}\n`));
	return started;
}

/** All that was printed: no secret may stand in it. */
const printed: string[] = [];

/** Runs the built CLI with the state folder that all runs share. */
export async function run(words: string[]): Promise<Ran> {
	const ran = await kubelapse(words);
	printed.push(ran.stdout, ran.stderr);
	return ran;
}

/** Who acts, and what the roster says. */
export interface Circumstances {
	/** Whose kubeconfig; the administrator's where it is left out. */
	as?: keyof RemediatedCluster['appliers'];
	/** Deleted, as the roster says. */
	gone?: Person[];
	/** Kubeconfig files to read beside. */
	files?: string;
}

/** Flags of targets and evidence, which each command has alike. */
export function flagsOf(seeded: RemediatedCluster, { as, gone = [], files }: Circumstances): string[] {
	const kubeconfig = as === undefined ? seeded.cluster.adminKubeconfig : seeded.appliers[as].kubeconfig;
	const roster = writeRoster(seeded, `people-without-${['', ...gone].join('-')}`, gone);
	const beside = files === undefined ? [] : ['--files', files];
	return ['--kubeconfig', kubeconfig, '--identities', roster, '--read-bootstrap-tokens', ...beside];
}

/** A plan in its file. */
export interface Planned {
	path: string;
	plan: Plan;
	report: Report;
	ran: Ran;
}

/** Scans and plans. @param words flags of `plan` alone. */
export async function plan(name: string, circumstances: Circumstances, words: string[]): Promise<Planned> {
	const seeded = await remediated();
	const flags = flagsOf(seeded, circumstances);
	const { out, report } = await scan(flags);
	const path = join(seeded.dir, `${name}.json`);
	const ran = await run(['plan', join(out, 'result.json'), ...flags, ...words, '--out', path]);
	return { path, plan: readPlan(path), report, ran };
}

const readPlan = (path: string): Plan => JSON.parse(readFileSync(path, 'utf8'));

const deed = (seeded: RemediatedCluster) => ['--state', seeded.state, '--yes', '--max-objects', '100'];

/** Applies a plan, and asks nobody. */
export async function apply(path: string, circumstances: Circumstances, words: string[] = []) {
	const seeded = await remediated();
	return run(['apply', path, ...flagsOf(seeded, circumstances), ...deed(seeded), ...words]);
}

/** Restores what the plan's run has ended. */
export async function restore(path: string, circumstances: Circumstances) {
	const seeded = await remediated();
	return run(['restore', `${path}.journal`, ...flagsOf(seeded, circumstances), ...deed(seeded)]);
}

/** `remove_subjects shop/menu`. */
export function stepName({ action, target }: Step): string {
	if (target.kind === 'binding' || target.kind === 'secret')
		return `${action} ${target.namespace === '' ? '' : `${target.namespace}/`}${target.name}`;
	if (target.kind === 'credential') return `${action} ${target.username}`;
	return `${action} ${target.kind === 'identity' ? target.name : target.uid}`;
}

export const stepNames = ({ steps }: Plan): string[] => steps.map(stepName).sort(byCodeUnit);

/** How each step ended by a journal, the last word of each; those of advice are left out. */
export function outcomes(journal: string, { steps }: Plan): Record<string, string> {
	const names = new Map(steps.map(step => [step.id, stepName(step)]));
	const ends = entriesOf(journal).flatMap(entry =>
		entry.kind === 'end' && entry.outcome !== 'advised'
			? [[names.get(entry.step) ?? entry.step, [entry.outcome, entry.reason].filter(Boolean).join(': ')]]
			: [],
	);
	return Object.fromEntries(ends);
}

export function entriesOf(journal: string): JournalEntry[] {
	const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
	return lines.map(line => (JSON.parse(line) as Sealed).entry);
}

/** The same plan with another word in it. */
export function tamper(path: string): string {
	const changed = `${path.slice(0, -'.json'.length)}-changed.json`;
	writeFileSync(changed, readFileSync(path, 'utf8').replaceAll('"hank"', '"ursula"'));
	return changed;
}

/** Bindings as whoever made them would make them again. */
export async function bindingsOf({ cluster }: RemediatedCluster, ids: string[]) {
	return Promise.all(
		ids.map(async id => {
			const { metadata, roleRef, subjects } = await cluster.admin.get(bindingPath(id));
			const { name, namespace, labels, annotations } = metadata;
			return { name, namespace, labels, annotations, roleRef, subjects };
		}),
	);
}

/** A Secret but for what the API server writes on it by itself. */
export async function secretOf({ cluster }: RemediatedCluster, id: string) {
	const [namespace, name] = id.split('/');
	const secret = await cluster.admin.get(`/api/v1/namespaces/${namespace}/secrets/${name}`);
	const { 'kubernetes.io/legacy-token-last-used': _, ...labels } = secret.metadata.labels ?? {};
	const { uid, annotations } = secret.metadata;
	const data = createHash('sha256').update(JSON.stringify(secret.data)).digest('hex');
	return { uid, labels, annotations, type: secret.type, data };
}

/** Versions of every object that a remediation could change. */
export async function versions({ cluster }: RemediatedCluster): Promise<Record<string, string>> {
	const lists = [
		'/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
		'/apis/rbac.authorization.k8s.io/v1/rolebindings',
		'/api/v1/secrets',
	];
	const all = await Promise.all(
		lists.map(async list => {
			const { items } = await cluster.admin.get<{ items: KubeObject[] }>(list);
			return items.map(({ metadata: { namespace = '', name, resourceVersion } }) => [
				`${list} ${namespace}/${name}`,
				resourceVersion,
			]);
		}),
	);
	return Object.fromEntries(all.flat());
}

/** A request that a credential is tried by. */
export type Trial = [
	client: KubeClient,
	method: string,
	path: string,
	body?: object | undefined,
	as?: string | undefined,
];

/** What each trial is answered; the authorizer and the token cache take up to ten seconds to follow. */
export async function answers<K extends string>(
	trials: Record<K, Trial>,
	expected: Record<K, number>,
): Promise<Record<string, number>> {
	const end = Date.now() + 25_000;
	for (;;) {
		const found = await Promise.all(
			Object.entries<Trial>(trials).map(async ([name, [client, method, path, body, as]]) => {
				const headers = as === undefined ? {} : { 'impersonate-user': as };
				return [name, (await client.ask(method, path, body, headers)).status] as const;
			}),
		);
		const statuses = Object.fromEntries(found);
		const isThere = Object.entries(expected).every(([name, status]) => statuses[name] === status);
		if (isThere || Date.now() > end) return statuses;
		await new Promise(resolve => setTimeout(resolve, 300));
	}
}

export const SHOP = '/api/v1/namespaces/shop';
export const MAPS = `${SHOP}/configmaps`;
export const ALL_PODS = '/api/v1/pods';

/** A write that is checked and not stored. */
export const tryToWrite = (client: KubeClient, as?: string): Trial => [
	client,
	'POST',
	`${MAPS}?dryRun=All`,
	{ metadata: { generateName: 'tried-' } },
	as,
];

/** How many texts runs have printed and left in files so far, and those with a token or a part of a key in them. */
export async function written(): Promise<{ texts: number; leaks: string[] }> {
	const { dir, tokens, bootstrap, people, appliers, maxine } = await remediated();
	const secrets = [...Object.values(tokens).map(({ secret }) => secret), bootstrap.secret];
	const logins = [...Object.values(people), ...Object.values(appliers), maxine];
	const hidden = [
		...secrets.flatMap(secret => [secret, Buffer.from(secret).toString('base64')]),
		...logins.flatMap(({ key }) => keyParts(key.privatePem)),
	];
	const texts = [
		...Object.entries(filesBelow(dir)),
		...printed.map((text, at) => [`printed ${at}`, text] as const),
	];
	const leaks = texts.filter(([, text]) => hidden.some(secret => text.includes(secret)));
	return { texts: texts.length, leaks: leaks.map(([name]) => name) };
}
