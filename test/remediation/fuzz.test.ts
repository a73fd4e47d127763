import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPlan } from '../../src/cli/plan-schema.ts';
import { canonicalJson } from '../../src/lib/canonical-json.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { sha256 } from '../../src/lib/x509.ts';
import type { JournalEntry, Sealed } from '../../src/model/journal.ts';
import type { Plan } from '../../src/model/plan.ts';
import { openJournal, readJournal, recordsOf, type Signer } from '../../src/remediation/journal.ts';
import { sealPlan } from '../../src/remediation/seal-plan.ts';
import { binding, clusterFacts, NOW, role } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { withTempDir } from '../helpers/temp-dir.ts';
import { newSigner } from './memory-journal.ts';
import { planOf, reportOf } from './report-of.ts';

/** Numbers that are the same in every run. */
function random(start: number): (below: number) => number {
	let state = start;
	return below => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

async function samplePlan(): Promise<Plan> {
	const facts = clusterFacts({
		roles: [role('view', ['get core pods'])],
		serviceAccounts: [{ uid: 'u', namespace: 'ci', name: 'there' }],
		bindings: [
			binding('ops', 'ClusterRole view', ['ServiceAccount ci/a', 'ServiceAccount ci/there']),
			binding('lost', 'ClusterRole view', ['ServiceAccount ci/b']),
		],
	});
	return planOf(await reportOf([facts]));
}

async function codeOf(read: Promise<unknown> | (() => unknown)): Promise<string> {
	try {
		await (typeof read === 'function' ? read() : read);
		return 'accepted';
	} catch (error) {
		return error instanceof ScanError ? error.code : `unexpected ${String(error)}`;
	}
}

describe('readPlan', it => {
	const reading = async (text: string): Promise<string> => {
		let code = '';
		await withTempDir(async dir => {
			const path = join(dir, 'plan.json');
			await writeFile(path, text);
			code = await codeOf(readPlan(path));
		});
		return code;
	};

	it('takes a plan as it was made', async () => {
		const plan = await samplePlan();
		assert.is(await reading(JSON.stringify(plan, null, 2)), 'accepted');
	});

	it('refuses every plan that lost or changed a byte that means something', async () => {
		const plan = await samplePlan();
		const text = JSON.stringify(plan);
		const next = random(7);
		const codes = new Set<string>();
		for (let run = 0; run < 150; run++) codes.add(await reading(text.slice(0, next(text.length))));
		for (let run = 0; run < 150; run++) {
			const at = next(text.length);
			const other = String.fromCharCode(33 + next(90));
			const changed = text.slice(0, at) + other + text.slice(at + 1);
			let isSame = false;
			try {
				isSame = canonicalJson(JSON.parse(changed)) === canonicalJson(plan);
			} catch {
				// No JSON at all.
			}
			if (!isSame) codes.add(await reading(changed));
		}
		assert.equal([...codes], ['PLAN_INVALID']);
	});

	const forged: [string, (plan: Plan) => unknown][] = [
		['of another version', plan => ({ ...plan, apiVersion: 'kubelapse/plan/v2' })],
		['with its steps in another order', plan => ({ ...plan, steps: [...plan.steps].reverse() })],
		['without a step', plan => ({ ...plan, steps: plan.steps.slice(1) })],
		['with a member that no plan has', plan => sealPlan({ ...plan, extra: 1 } as never)],
		[
			'with a step twice, and a right digest',
			plan => sealPlan({ ...plan, steps: [...plan.steps, ...plan.steps] }),
		],
		[
			'that deletes where it planned to remove, with a right digest',
			plan =>
				sealPlan({
					...plan,
					steps: plan.steps.map(step =>
						step.action === 'remove_subjects' ? { ...step, action: 'delete_binding' } : step,
					),
				}),
		],
		[
			'whose target is another object, with a right digest',
			plan =>
				sealPlan({
					...plan,
					steps: plan.steps.map(
						step => ({ ...step, target: { ...step.target, uid: 'uid of cluster-admin' } }) as never,
					),
				}),
		],
		[
			'that deletes a Secret as a bootstrap token, with a right digest and id',
			plan => {
				const [step] = plan.steps;
				const target = {
					...{ kind: 'secret', uid: 's', namespace: 'kube-system', name: 'x', username: '' },
					...{ type: 'kubernetes.io/service-account-token', invalidSince: null },
				};
				const id = sha256(canonicalJson(['delete_bootstrap_token', step?.cluster.uid, 's'])).slice(0, 12);
				return sealPlan({
					...plan,
					steps: [{ ...step, id, action: 'delete_bootstrap_token', target } as never],
				});
			},
		],
		['that is a list', plan => [plan]],
		['that is null', () => null],
	];
	for (const [what, forge] of forged)
		it(`refuses a plan ${what}`, async () => {
			assert.is(await reading(JSON.stringify(forge(await samplePlan()))), 'PLAN_INVALID');
		});
});

/** The text of a journal of three steps. */
async function sampleJournal(signer: Signer): Promise<string> {
	let text = '';
	const journal = openJournal(
		{
			append: async line => {
				text += line;
			},
		},
		[],
		signer,
		() => NOW,
	);
	const plan = await samplePlan();
	await journal.append({
		...{ kind: 'open', apiVersion: 'kubelapse/journal/v1', command: 'apply' },
		...{ of: plan.digest, key: signer.publicKey, steps: plan.steps.length },
	});
	for (const step of plan.steps) {
		const before = {
			kind: 'secret',
			namespace: 'a',
			name: 'b',
			uid: 'c',
			resourceVersion: '1',
			hasLabels: false,
		} as const;
		await journal.append({
			kind: 'begin',
			step,
			by: 'me',
			before: { ...before, invalidSince: null, sets: null },
		});
		await journal.append({
			kind: 'end',
			step: step.id,
			outcome: 'done',
			reason: '',
			after: null,
			access: [],
		});
	}
	await journal.append({
		kind: 'close',
		outcomes: { done: 4, skipped: 0, unconfirmed: 0, failed: 0, advised: 0 },
		left: 0,
	});
	return text;
}

describe('readJournal', it => {
	const signer = newSigner();
	const trusted = new Set([signer.publicKey]);
	const reading = (text: string) => codeOf(() => readJournal(text, 'j', trusted));

	it('takes a journal as it was written', async () => {
		const text = await sampleJournal(signer);
		const { lines, isTorn } = readJournal(text, 'j', trusted);
		assert.equal([lines.length, isTorn, recordsOf(lines).size], [10, false, 4]);
	});

	it('takes the whole lines of one that was cut while it was written, and says so', async () => {
		const text = await sampleJournal(signer);
		const whole = text.split('\n').slice(0, 4).join('\n').length + 1;
		const { lines, isTorn, wholeBytes } = readJournal(text.slice(0, whole + 17), 'j', trusted);
		assert.equal([lines.length, isTorn, wholeBytes], [4, true, whole]);
	});

	it('refuses every changed byte', async () => {
		const text = await sampleJournal(signer);
		const next = random(11);
		const accepted: number[] = [];
		for (let run = 0; run < 1500; run++) {
			const at = next(text.length - 1);
			const other = String.fromCharCode(33 + next(90));
			if (other === text[at] || text[at] === '\n') continue;
			const changed = text.slice(0, at) + other + text.slice(at + 1);
			// Another spelling of the very same bytes, as of the last digit of a base64 text, is no change.
			if ((await reading(changed)) === 'accepted' && !isSameMeaning(changed, text)) accepted.push(at);
		}
		assert.equal(accepted, []);
	});

	it('refuses lines that were taken out, moved, or doubled', async () => {
		const lines = (await sampleJournal(signer)).trimEnd().split('\n');
		const as = (some: string[]) => `${some.join('\n')}\n`;
		const codes: string[] = [];
		for (let at = 0; at < lines.length - 1; at++) {
			codes.push(await reading(as(lines.toSpliced(at, 1))));
			codes.push(await reading(as(lines.toSpliced(at, 2, lines[at + 1] ?? '', lines[at] ?? ''))));
			codes.push(await reading(as(lines.toSpliced(at, 0, lines[at] ?? ''))));
		}
		assert.equal([...new Set(codes)], ['JOURNAL_INVALID']);
	});

	it('refuses one that somebody else has signed, with a chain that holds', async () => {
		assert.is(await reading(await sampleJournal(newSigner())), 'JOURNAL_INVALID');
	});

	it('refuses one that names our key and is signed with another', async () => {
		const thief = { publicKey: signer.publicKey, sign: newSigner().sign };
		assert.is(await reading(await sampleJournal(thief)), 'JOURNAL_INVALID');
	});

	it('refuses another version, and what begins otherwise', async () => {
		const sealed = async (entry: object) => {
			let text = '';
			const journal = openJournal(
				{
					append: async line => {
						text += line;
					},
				},
				[],
				signer,
				() => NOW,
			);
			await journal.append(entry as JournalEntry);
			return text;
		};
		const open = { kind: 'open', command: 'apply', of: 'x', key: signer.publicKey, steps: 0 };
		assert.equal(
			[
				await reading(await sealed({ ...open, apiVersion: 'kubelapse/journal/v2' })),
				await reading(await sealed({ kind: 'resume' })),
				await reading('{}\n'),
				await reading('null\n'),
				await reading('\n'),
				await reading('[1]\n'),
			],
			Array(6).fill('JOURNAL_INVALID'),
		);
	});
});

function isSameMeaning(a: string, b: string): boolean {
	const meaning = (text: string) =>
		text
			.trimEnd()
			.split('\n')
			.map(line => {
				const { signature, ...rest } = JSON.parse(line) as Sealed;
				return [canonicalJson(rest), Buffer.from(signature, 'base64').toString('hex')];
			});
	return JSON.stringify(meaning(a)) === JSON.stringify(meaning(b));
}
