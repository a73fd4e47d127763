import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../src/model/plan.ts';
import { sealPlan } from '../../src/remediation/seal-plan.ts';
import { assert, describe } from '../helpers/describe.ts';
import { type CliResult, spawnCli } from '../helpers/spawn-cli.ts';
import { withTempDir } from '../helpers/temp-dir.ts';
import { type LiveCluster, withLiveFleet } from '../remediation/live-fleet.ts';

interface Bench {
	dir: string;
	live: LiveCluster;
	plan: Plan;
	/** Runs `kubelapse` on the cluster. @param input what is typed. */
	run(words: string, input?: string): Promise<CliResult>;
	/** Writes of the applier that were stored. */
	writes(): number;
}

/** A cluster with two orphaned bindings, scanned and planned. */
async function withBench(run: (bench: Bench) => Promise<void>): Promise<void> {
	await withTempDir(dir =>
		withLiveFleet(dir, { clusters: 1, orphans: 2, sound: 40 }, async ([live]) => {
			if (live === undefined) throw new Error('no cluster');
			const cli: Bench['run'] = (words, input) =>
				spawnCli(
					[
						...words.split(' '),
						...(/^(approve|journal)/.test(words) ? [] : ['--kubeconfig', live.kubeconfig]),
					],
					{
						cwd: dir,
						...(input === undefined ? {} : { input }),
					},
				);
			await cli('scan --out report');
			const { code, stderr } = await cli('plan report/result.json');
			assert.is(code, 0, stderr);
			const plan = JSON.parse(readFileSync(join(dir, 'plan.json'), 'utf8')) as Plan;
			const writes = () => live.cluster.writes.filter(({ isStored }) => isStored).length;
			await run({ dir, live, plan, run: cli, writes });
		}),
	);
}

/** Ids of the steps of a plan that change something. */
const deedsOf = ({ steps }: Plan) =>
	steps.flatMap(({ id, action }) => (/^(delete|remove)_/.test(action) ? [id] : []));

const errorOf = ({ code, stderr }: CliResult) => [
	code,
	stderr.split('\n').find(line => line.startsWith('kubelapse: error')) ?? stderr,
];

function keyPair() {
	const { privateKey, publicKey } = generateKeyPairSync('ed25519');
	return {
		privatePem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
		publicText: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
	};
}

describe('[cli] plan, apply, restore', it => {
	it('ends what was found once it is confirmed, and puts it back', () =>
		withBench(async ({ dir, live, run, writes }) => {
			const before = structuredClone(live.cluster.objects.clusterrolebindings);
			const dry = await run('apply plan.json --dry-run');
			assert.equal([dry.code, writes()], [0, 0], dry.stderr);
			const applied = await run('apply plan.json', '2\n');
			assert.equal([applied.code, writes()], [0, 2], applied.stderr);
			assert.match(applied.stdout, /2 done, 0 skipped, 0 not confirmed, 0 failed, 0 left/);
			assert.match(applied.stderr, /2 objects on 1 cluster will be changed/);
			const verified = await run('journal verify plan.json.journal');
			assert.equal(
				[verified.code, verified.stdout.split('\n').at(-2)],
				[0, '8 lines: chain and signatures hold'],
			);
			const again = await run('apply plan.json --yes');
			assert.equal([again.code, writes()], [0, 2], again.stderr);
			// What was removed named accounts that do not exist: nothing is given back to them.
			const refused = await run('restore plan.json.journal --yes');
			assert.equal([refused.code, writes()], [4, 2]);
			for (const name of ['gone-0', 'gone-1'])
				live.cluster.objects.serviceaccounts.push({
					metadata: {
						name,
						namespace: 'shop',
						uid: name,
						resourceVersion: '1',
						creationTimestamp: '2026-01-01T00:00:00Z',
					},
				});
			const restored = await run('restore plan.json.journal --yes --record second');
			assert.equal([restored.code, writes()], [0, 4], restored.stderr);
			const essence = live.cluster.objects.clusterrolebindings.map(({ metadata, roleRef, subjects }) => ({
				...{ name: metadata.name, labels: metadata.labels, annotations: metadata.annotations },
				...{ roleRef, subjects: subjects?.map(({ kind, name, namespace }) => ({ kind, name, namespace })) },
			}));
			assert.equal(
				essence,
				before.map(({ metadata, roleRef, subjects }) => ({
					...{ name: metadata.name, labels: metadata.labels, annotations: metadata.annotations },
					...{ roleRef, subjects: subjects?.map(({ kind, name, namespace }) => ({ kind, name, namespace })) },
				})),
			);
			assert.not.match(readFileSync(join(dir, 'plan.json.journal'), 'utf8'), /BEGIN|eyJ/);
		}));

	it('refuses before the first step what must not begin', () =>
		withBench(async ({ dir, plan, run, writes }) => {
			const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
			write('changed.json', JSON.stringify({ ...plan, createdAt: plan.createdAt + 1 }));
			const old = {
				...plan.result,
				clusters: plan.result.clusters.map(each => ({ ...each, collectedAt: each.collectedAt - 90_000 })),
			};
			write('old.json', JSON.stringify(sealPlan({ ...plan, result: old })));
			write('then.yaml', 'now: 2026-01-01\n');
			const answers = {
				'another number is typed': errorOf(await run('apply plan.json', '3\n')),
				'nobody types': errorOf(await run('apply plan.json', '')),
				'the plan was changed': errorOf(await run('apply changed.json --yes')),
				'the plan is old': errorOf(await run('apply old.json --yes')),
				'the cap is exceeded': errorOf(await run('apply plan.json --yes --max-objects 1')),
				'no approval is there': errorOf(await run('apply plan.json --yes --require-approval')),
				'the journal is of another run': errorOf(
					await run('apply plan.json --yes --journal report/result.json'),
				),
				'another time stands for a live look': errorOf(await run('apply plan.json --yes --config then.yaml')),
				'the journal of nothing': errorOf(await run('restore plan.json --yes')),
			};
			assert.equal(answers, {
				'another number is typed': [2, 'kubelapse: error: not confirmed; nothing was done'],
				'nobody types': [2, 'kubelapse: error: nobody confirmed it; nothing was done'],
				'the plan was changed': [
					2,
					'kubelapse: error: changed.json was changed after it was made: its digest is another; nothing was done',
				],
				'the plan is old': [
					2,
					'kubelapse: error: the facts of cluster-00.kubeconfig#cluster-00 that the plan rests on are older than 24 h',
				],
				'the cap is exceeded': [
					2,
					'kubelapse: error: too much at once: cluster-00.kubeconfig#cluster-00: 2 objects of at most 1 (of 44 grants). --max-objects N allows N on each cluster; nothing was done',
				],
				'no approval is there': [2, 'kubelapse: error: cannot read approval plan.json.approval (ENOENT)'],
				'the journal is of another run': [2, 'kubelapse: error: report/result.json:1: it is no JSON'],
				'another time stands for a live look': [
					2,
					'kubelapse: error: what is changed is looked at live: facts and now of the config stand against it',
				],
				'the journal of nothing': [2, 'kubelapse: error: plan.json:1: it is no JSON'],
			});
			assert.is(writes(), 0);
		}));

	it('wants the signature of somebody whom the config lists, and not of whoever applies', () =>
		withBench(async ({ dir, run, writes }) => {
			const write = (name: string, text: string) => writeFileSync(join(dir, name), text, { mode: 0o600 });
			const [alice, mallory] = [keyPair(), keyPair()];
			write('alice.pem', alice.privatePem);
			write('mallory.pem', mallory.privatePem);
			write('approve.yaml', `require-approval: true\napprovers: { alice: '${alice.publicText}' }\n`);
			const apply = 'apply plan.json --yes --config approve.yaml';
			await run('apply plan.json --dry-run');
			const own = join(dir, '.local', 'state', 'kubelapse', 'journal-key.pem');
			const answers: unknown[] = [];
			for (const key of ['mallory.pem', own]) {
				await run(`approve plan.json --key ${key}`);
				answers.push(errorOf(await run(apply)));
			}
			await run('approve plan.json --key alice.pem');
			const approval = JSON.parse(readFileSync(join(dir, 'plan.json.approval'), 'utf8'));
			write('plan.json.approval', JSON.stringify({ ...approval, at: approval.at + 1 }));
			answers.push(errorOf(await run(apply)));
			write('plan.json.approval', JSON.stringify({ ...approval, plan: 'a'.repeat(64) }));
			answers.push(errorOf(await run(apply)));
			assert.equal(answers, [
				[2, 'kubelapse: error: the approval is signed by a key that the config does not list'],
				[2, 'kubelapse: error: the approval is signed by a key that the config does not list'],
				[2, 'kubelapse: error: the signature of alice is wrong'],
				[2, 'kubelapse: error: the approval is of another plan'],
			]);
			assert.is(writes(), 0);
			write('plan.json.approval', JSON.stringify(approval));
			assert.equal([(await run(apply)).code, writes()], [0, 2]);
		}));

	it('adds up what is changed within a day', () =>
		withBench(async ({ run, writes }) => {
			await run('plan report/result.json --only delete_binding --out first.json');
			await run('plan report/result.json --only remove_subjects --out second.json');
			assert.is((await run('apply first.json --yes --max-objects 1')).code, 0);
			const second = errorOf(await run('apply second.json --yes --max-objects 1'));
			assert.match(String(second[1]), /1 object and 1 within the last 24 h of at most 1/);
			assert.equal([second[0], writes()], [2, 1]);
		}));

	it('adds up over journals and batches, and leaves room for what was not done', () =>
		withBench(async ({ dir, live, plan, run, writes }) => {
			// What no run has settled, as after a crash, is taken for done.
			const [{ uid = '' } = {}] = plan.result.clusters;
			const ledger = join(dir, '.local', 'state', 'kubelapse', 'changes.jsonl');
			await run('apply plan.json --dry-run');
			const set = (objects: number) =>
				writeFileSync(
					ledger,
					`${JSON.stringify({ at: Math.floor(Date.now() / 1000), run: 'x', cluster: uid, objects })}\n`,
				);
			set(3);
			const full = errorOf(await run('apply plan.json --yes'));
			set(2);
			const applied = await run('apply plan.json --yes');
			assert.is(applied.code, 0, applied.stderr);
			for (const name of ['gone-0', 'gone-1'])
				live.cluster.objects.serviceaccounts.push({
					metadata: {
						...{ name, namespace: 'shop', uid: name, resourceVersion: '1' },
						creationTimestamp: '2026-01-01T00:00:00Z',
					},
				});
			const steps = deedsOf(plan).map(id => `restore plan.json.journal --yes --max-objects 5 --step ${id}`);
			const first = await run(steps[0] ?? '');
			assert.is(first.code, 0, first.stderr);
			const second = errorOf(await run(steps[1] ?? ''));
			const other = errorOf(await run(`${steps[1]} --record other`));
			const over = /1 object and 5 within the last 24 h of at most 5/;
			for (const [, text] of [second, other]) assert.match(String(text), over);
			assert.match(String(full[1]), /2 objects and 3 within the last 24 h of at most 4/);
			assert.equal([full[0], second[0], other[0], writes()], [2, 2, 2, 3]);
			const all = await run('restore plan.json.journal --yes --max-objects 6');
			assert.equal([all.code, all.stdout.split('\n').at(-2), writes()], [0, '2 put back, 0 not', 4]);
		}));

	it('puts back the steps that are named, and says where none is', () =>
		withBench(async ({ live, plan, run, writes }) => {
			const [done, skipped] = deedsOf(plan);
			const [, second] = live.cluster.objects.clusterrolebindings.filter(({ metadata }) =>
				/^orphan/.test(metadata.name),
			);
			second?.subjects?.push({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'new' });
			assert.is((await run('apply plan.json --yes')).code, 0);
			const restore = (words: string) => run(`restore plan.json.journal --yes --step ${words}`);
			const nothing = await Promise.all(deedsOf(plan).map(id => restore(`${id} --dry-run`)));
			assert.equal(nothing.map(({ code, stdout }) => [code, stdout.split('\n').at(-2)]).toSorted(), [
				[4, '0 put back, 0 not (a dry run: nothing was changed)'],
				[4, '0 put back, 1 not (a dry run: nothing was changed)'],
			]);
			assert.equal(
				[errorOf(await restore(done?.slice(0, 3) ?? '')), errorOf(await restore(`${skipped} --step zzzzzz`))],
				[
					[2, `kubelapse: error: --step ${done?.slice(0, 3)} names no step of the journal; nothing was done`],
					[2, 'kubelapse: error: --step zzzzzz names no step of the journal; nothing was done'],
				],
			);
			assert.is(writes(), 1);
		}));

	it('skips what somebody else has changed meanwhile, and says so', () =>
		withBench(async ({ live, run, writes }) => {
			const [, second] = live.cluster.objects.clusterrolebindings.filter(({ metadata }) =>
				/^orphan/.test(metadata.name),
			);
			second?.subjects?.push({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'new' });
			const { code, stdout } = await run('apply plan.json --yes');
			assert.match(stdout, /its target is not as it was planned on/);
			assert.match(stdout, /1 done, 1 skipped, 0 not confirmed, 0 failed, 0 left/);
			assert.equal([code, writes()], [0, 1]);
		}));

	it('marks first and acts on a later run, with --grace', () =>
		withBench(async ({ dir, live, run }) => {
			const planned = async (more = '') => {
				const words = `plan report/result.json --grace 7 --history h.duckdb --out graceful.json${more}`;
				const { code, stderr } = await run(words);
				assert.is(code, 0, stderr);
				const { steps, refused } = JSON.parse(readFileSync(join(dir, 'graceful.json'), 'utf8')) as Plan;
				return [steps.length, refused.map(({ reason }) => reason.replace(/\d{4}-\d\d-\d\d/g, 'DAY'))];
			};
			const now = 'marked now; planned from DAY on, if it is still so';
			const marked = 'marked on DAY; planned from DAY on';
			assert.equal(await planned(), [0, [now, now]]);
			assert.equal(await planned(), [0, [marked, marked]]);
			// What is mended, and comes back, waits anew.
			const [first] = live.cluster.objects.clusterrolebindings.filter(
				({ metadata }) => metadata.name === 'orphan-0',
			);
			live.cluster.objects.clusterrolebindings = live.cluster.objects.clusterrolebindings.filter(
				each => each !== first,
			);
			await run('scan --out report');
			assert.equal(await planned(), [0, [marked]]);
			live.cluster.objects.clusterrolebindings = [
				...live.cluster.objects.clusterrolebindings,
				...(first ? [first] : []),
			];
			await run('scan --out report');
			assert.equal(await planned(' --only delete_binding'), [0, [now]]);
		}));

	it('plans nothing from a result of another time', () =>
		withBench(async ({ run }) => {
			await run('scan --out then --now 2026-01-01');
			assert.equal(errorOf(await run('plan then/result.json')), [
				2,
				'kubelapse: error: the result was made with --now: what is true at another time is no ground to act on',
			]);
		}));

	it('says in 80 columns what it plans', () =>
		withBench(async ({ run }) => {
			const { stdout } = await run('plan report/result.json');
			assert.equal(
				stdout.split('\n').filter(line => [...line].length > 80),
				[],
			);
		}));
});
