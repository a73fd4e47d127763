import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY } from '../../src/lib/epoch.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import { assert, describe } from '../helpers/describe.ts';
import {
	ALL_PODS,
	answers,
	apply,
	bindingsOf,
	type Circumstances,
	entriesOf,
	MAPS,
	outcomes,
	plan,
	remediated,
	restore,
	run,
	SHOP,
	secretOf,
	stepNames,
	type Trial,
	tamper,
	tryToWrite,
	versions,
	written,
} from './remediated.ts';
import {
	account,
	bearer,
	bind,
	bindingPath,
	bindToNothing,
	loginOf,
	MENU,
	type RemediatedCluster,
	user,
} from './seed-remediation.ts';
import { markLastUsed, useToken } from './seed-tokens.ts';

const ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles';

const sorted = (names: string[]) => names.toSorted(byCodeUnit);

async function createAccount({ cluster }: RemediatedCluster, name: string): Promise<void> {
	await cluster.admin.create(`${SHOP}/serviceaccounts`, { metadata: { name } });
}

/** People who are gone, an account that never was, and a token that nobody uses. */
const LEFT: Circumstances = { as: 'full', gone: ['gina', 'hank'] };
const BACK: Circumstances = { as: 'full' };
const KEPT_BINDINGS = ['shop/menu', 'hank-views', 'shop/busy-edits'];
const IDLE = 'shop/idle-token';

/** Real requests by each way in; lost, whose account is missing, is impersonated. */
async function trials(): Promise<Record<'gina' | 'lost' | 'hank' | 'idle' | 'busy', Trial>> {
	const seeded = await remediated();
	const { people, tokens, cluster } = seeded;
	return {
		gina: tryToWrite(loginOf(seeded, people.gina)),
		lost: [cluster.admin, 'GET', MAPS, undefined, 'system:serviceaccount:shop:lost'],
		hank: [loginOf(seeded, people.hank), 'GET', ALL_PODS],
		idle: [bearer(seeded, tokens.idle.secret), 'GET', MAPS],
		busy: [bearer(seeded, tokens.busy.secret), 'GET', MAPS],
	};
}

const WORKS = { gina: 201, lost: 200, hank: 200, idle: 200, busy: 200 };
const ENDED = { gina: 403, lost: 403, hank: 403, idle: 401, busy: 200 };

let prepared: ReturnType<typeof prepare> | undefined;

/** Everything works, and its end is planned. */
async function prepare() {
	const seeded = await remediated();
	const { cluster, tokens } = seeded;
	// The day of use goes to the Secret by itself; then it is written back.
	await useToken(cluster, tokens.idle);
	const before = await answers(await trials(), WORKS);
	await markLastUsed(cluster, tokens.idle, Math.floor(Date.now() / 1000) - 200 * DAY);
	const former = {
		bindings: await bindingsOf(seeded, KEPT_BINDINGS),
		secret: await secretOf(seeded, IDLE),
	};
	const main = await plan('main', LEFT, [
		'--policy',
		...['orphan/grant_*', 'orphan/identity_*', 'orphan/service_*', 'usage/token_idle'],
	]);
	const final = await plan('final', BACK, [
		...['--no-restore', '--only', 'delete_token_secret', 'delete_bootstrap_token'],
	]);
	return { seeded, before, former, main, final };
}

function whole(): ReturnType<typeof prepare> {
	prepared ??= prepare();
	return prepared;
}

const DEEDS = [
	'quarantine_token_secret shop/idle-token',
	'remove_subjects shop/menu',
	'delete_binding hank-views',
];
const DELETIONS = [
	'delete_bootstrap_token kube-system/bootstrap-token-ab12cd',
	'delete_token_secret shop/retired-token',
];
const all = (names: string[], outcome: string) => Object.fromEntries(names.map(name => [name, outcome]));

describe('plan', it => {
	it('has a step for each object, permitted by the shipped role, and its undo', async () => {
		const { before, main, final } = await whole();
		assert.equal(before, WORKS);
		const lost = 'system:serviceaccount:shop:lost';
		const idle = 'system:serviceaccount:shop:idle';
		const advice = [
			...['advise gina', 'advise hank'],
			...['gina', 'hank', lost, idle].map(name => `check_use ${name}`),
		];
		assert.equal(stepNames(main.plan), sorted([...advice, ...DEEDS]));
		assert.equal(stepNames(final.plan), DELETIONS);
		const steps = [...main.plan.steps, ...final.plan.steps].filter(step => step.permission.step.needs.length);
		assert.equal(
			steps.map(({ permission }) => [permission.step.allowed, permission.undo.allowed]),
			steps.map(() => ['yes', 'yes']),
		);
	});

	it('plans nothing of nodes, the control plane, Kubernetes itself and whoever plans', async () => {
		await bindToNothing(await remediated());
		const only = ['--policy', 'orphan/role_missing'];
		const { plan: planned } = await plan('nothing', { as: 'full' }, only);
		const steps = planned.steps.flatMap(({ action, target }) =>
			target.kind === 'binding' ? [[action, target.name, target.remove.map(({ name }) => name)]] : [],
		);
		assert.equal(steps, [
			['remove_subjects', 'nowhere', ['ops', 'busy', 'system:anonymous']],
			['remove_subjects', 'system:monitoring', ['ursula']],
		]);
		const refused = planned.refused.map(({ code, target }) => `${code} ${target.replace(/ in .*/, '')}`);
		assert.equal(refused, [
			'bootstrap_default Group system:monitoring',
			'break_glass User break-glass-1',
			'node_or_control_plane Group system:nodes',
			'node_or_control_plane User system:kube-proxy',
			'node_or_control_plane User system:node:n1',
			'own_identity User remediator',
			'system_group Group system:masters',
			'system_user User system:sysadmin',
		]);
		await (await remediated()).cluster.admin.remove(bindingPath('nowhere'));
	});
});

describe('apply', it => {
	it('changes nothing in a dry run', async () => {
		const { seeded, main, final } = await whole();
		const before = await versions(seeded);
		const first = await apply(main.path, LEFT, ['--dry-run']);
		const second = await apply(final.path, BACK, ['--dry-run']);
		assert.equal([first.code, second.code], [0, 0]);
		assert.match(first.stdout, '3 done, 0 skipped, 0 not confirmed, 0 failed, 0 left (a dry run');
		assert.match(second.stdout, '2 done, 0 skipped, 0 not confirmed, 0 failed, 0 left (a dry run');
		assert.match(second.stderr, 'bootstrap-token-ab12cd; a dry run: nothing was changed');
		assert.equal(await versions(seeded), before);
		assert.equal(await answers(await trials(), WORKS), WORKS);
		// It was used just now, and the API server has written so.
		const { cluster, tokens } = seeded;
		await useToken(cluster, tokens.idle);
		await markLastUsed(cluster, tokens.idle, Math.floor(Date.now() / 1000) - 200 * DAY);
	});

	it('refuses a plan that was changed, and one that nobody approved', async () => {
		const { seeded, main } = await whole();
		const config = join(seeded.dir, 'kubelapse.yaml');
		const { publicKey, privateKey } = generateKeyPairSync('ed25519');
		const key = join(seeded.dir, '..', 'ann.pem');
		writeFileSync(key, privateKey.export({ format: 'pem', type: 'pkcs8' }));
		const ann = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
		writeFileSync(config, JSON.stringify({ approvers: { ann } }));
		const before = await versions(seeded);
		const asked = ['--config', config, '--require-approval'];
		const codes = [
			(await apply(tamper(main.path), LEFT)).code,
			(await apply(main.path, LEFT, asked)).code,
			(await run(['approve', main.path, '--key', key])).code,
			(await apply(main.path, LEFT, [...asked, '--dry-run'])).code,
		];
		assert.equal(codes, [2, 2, 0, 0]);
		assert.equal(await versions(seeded), before);
	});

	it('ends a certificate’s grants, every form of a subject, and a token', async () => {
		const { seeded, main } = await whole();
		const { code } = await apply(main.path, LEFT);
		assert.equal(outcomes(`${main.path}.journal`, main.plan), all(DEEDS, 'done'));
		assert.is(code, 0);
		assert.equal(await answers(await trials(), ENDED), ENDED);
		const { subjects } = await seeded.cluster.admin.get(bindingPath('shop/menu'));
		assert.equal(subjects, [account('busy')]);
		const asked = entriesOf(`${main.path}.journal`).flatMap(entry =>
			entry.kind === 'end' ? entry.access : [],
		);
		assert.equal(asked.map(({ subject, allowed }) => `${subject.name} ${allowed}`).sort(byCodeUnit), [
			'gina false',
			'hank false',
			'lost false',
		]);
		const verified = await run(['journal', 'verify', `${main.path}.journal`, '--state', seeded.state]);
		assert.is(verified.code, 0);
	});

	it('deletes a token out of quarantine and a bootstrap token, for good', async () => {
		const { seeded, final } = await whole();
		const joining: { node: Trial } = { node: [bearer(seeded, seeded.bootstrap.token), 'GET', '/version'] };
		const secrets: Record<'bootstrap' | 'retired', Trial> = {
			bootstrap: [
				seeded.cluster.admin,
				'GET',
				`/api/v1/namespaces/kube-system/secrets/bootstrap-token-ab12cd`,
			],
			retired: [seeded.cluster.admin, 'GET', `${SHOP}/secrets/retired-token`],
		};
		assert.equal(await answers(joining, { node: 200 }), { node: 200 });
		assert.equal((await apply(final.path, BACK)).code, 0);
		assert.equal(outcomes(`${final.path}.journal`, final.plan), all(DELETIONS, 'done'));
		assert.equal(await answers(joining, { node: 401 }), { node: 401 });
		const gone = { bootstrap: 404, retired: 404 };
		assert.equal(await answers(secrets, gone), gone);
		assert.equal((await restore(final.path, BACK)).code, 4);
		assert.equal(await answers(secrets, gone), gone);
	});

	it('leaves alone what somebody has changed since, and an account that has come', async () => {
		const seeded = await remediated();
		const { admin } = seeded.cluster;
		const circumstances: Circumstances = { as: 'full', gone: ['iris'] };
		await bind(seeded.cluster, 'rota', 'view', [user('iris'), user('ursula')]);
		await bind(seeded.cluster, 'shop/ghosts', 'edit', [account('ghost')]);
		const { path, plan: planned } = await plan('moved', circumstances, [
			...['--policy', 'orphan/grant_*', 'orphan/service_*'],
			...['--identity', 'iris', 'system:serviceaccount:shop:ghost'],
		]);
		await admin.patch(bindingPath('rota'), { subjects: [user('iris'), user('ursula'), user('olga')] });
		await createAccount(seeded, 'ghost');
		const before = await versions(seeded);
		const { code } = await apply(path, circumstances);
		assert.equal(outcomes(`${path}.journal`, planned), {
			'remove_subjects rota': 'skipped: its target is not as it was planned on',
			'delete_binding shop/ghosts':
				'skipped: a fresh look gives no reason for it any more: its findings are gone, or the object is',
		});
		assert.is(code, 0);
		assert.equal(await versions(seeded), before);
		await admin.remove(bindingPath('rota'));
	});
});

describe('restore', it => {
	it('gives a grant back to nobody who is deleted, and everything to who is there', async () => {
		const { seeded, former, main } = await whole();
		const gone = await restore(main.path, LEFT);
		const record = `${main.path}.journal.restore`;
		const [token, menu, binding] = DEEDS as [string, string, string];
		const barred = (name: string) =>
			`skipped: ${name} is deleted: access is not given back to whoever is gone`;
		assert.equal(
			[gone.code, outcomes(record, main.plan)],
			[4, { [binding]: barred('hank'), [menu]: barred('gina'), [token]: 'done' }],
		);
		const released = { ...ENDED, idle: 200 };
		assert.equal(await answers(await trials(), released), released);

		const missing = await restore(main.path, BACK);
		const lost = 'skipped: the service account shop/lost is deleted';
		assert.equal(
			[missing.code, outcomes(record, main.plan)],
			[4, { [binding]: 'done', [menu]: lost, [token]: 'done' }],
		);
		await createAccount(seeded, 'lost');
		const { code } = await restore(main.path, BACK);
		assert.equal([code, outcomes(record, main.plan)], [0, all(DEEDS, 'done')]);
		assert.equal(await answers(await trials(), WORKS), WORKS);
		assert.equal(await bindingsOf(seeded, KEPT_BINDINGS), former.bindings);
		assert.equal(former.bindings[0]?.subjects, MENU);
		assert.equal(await secretOf(seeded, IDLE), former.secret);
		const verified = await run(['journal', 'verify', record, '--state', seeded.state]);
		assert.is(verified.code, 0);
	});

	it('gives back what was taken where another account of the binding is missing', async () => {
		const seeded = await remediated();
		const circumstances: Circumstances = { as: 'full', gone: ['iris'] };
		await bind(seeded.cluster, 'shop/mixed', 'edit', [user('iris'), account('never')]);
		const former = await bindingsOf(seeded, ['shop/mixed']);
		const { path, plan: planned } = await plan('mixed', circumstances, ['--policy', 'orphan/grant_*']);
		assert.equal(stepNames(planned), ['check_use iris', 'remove_subjects shop/mixed']);
		assert.equal((await apply(path, circumstances)).code, 0);
		assert.equal((await restore(path, { as: 'full' })).code, 0);
		assert.equal(await bindingsOf(seeded, ['shop/mixed']), former);
	});

	it('refuses a binding that was changed since, and a role that allows something else', async () => {
		const seeded = await remediated();
		const { admin } = seeded.cluster;
		for (const name of ['counts', 'reads'])
			await admin.create(ROLES, {
				metadata: { name },
				rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
			});
		await bind(seeded.cluster, 'jack-counts', 'counts', [user('jack'), user('ursula')]);
		await bind(seeded.cluster, 'jack-reads', 'reads', [user('jack')]);
		const circumstances: Circumstances = { gone: ['jack'] };
		const { path, plan: planned } = await plan('changed', circumstances, ['--policy', 'orphan/grant_*']);
		assert.equal((await apply(path, circumstances)).code, 0);
		await admin.patch(bindingPath('jack-counts'), { metadata: { labels: { team: 'other' } } });
		await admin.patch(`${ROLES}/reads`, {
			rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }],
		});
		const before = await versions(seeded);
		const { code } = await restore(path, {});
		assert.equal(
			[code, outcomes(`${path}.journal.restore`, planned)],
			[
				4,
				{
					'delete_binding jack-reads': 'skipped: the rules of its role are others now',
					'remove_subjects jack-counts': 'skipped: it was changed since',
				},
			],
		);
		assert.equal(await versions(seeded), before);
	});
});

describe('what remediation writes', it => {
	it('has no token and no key in plans, journals and what is printed', async () => {
		const { texts, leaks } = await written();
		assert.ok(texts > 30);
		assert.equal(leaks, []);
	});
});
