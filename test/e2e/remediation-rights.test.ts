import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { formatDay } from '../../src/lib/epoch.ts';
import type { Plan } from '../../src/model/plan.ts';
import { assert, describe } from '../helpers/describe.ts';
import type { KubeObject } from './kube-client.ts';
import {
	ALL_PODS,
	answers,
	apply,
	bindingsOf,
	type Circumstances,
	flagsOf,
	MAPS,
	outcomes,
	plan,
	remediated,
	restore,
	run,
	SHOP,
	stepName,
	stepNames,
	type Trial,
	tryToWrite,
	written,
} from './remediated.ts';
import { bearer, bind, group, loginOf, type RemediatedCluster, user } from './seed-remediation.ts';

describe('deploy/kubernetes/remediate-delete-clusterrole.yaml', it => {
	it('is enough to delete bindings, and the plan says what it is not enough for', async () => {
		const seeded = await remediated();
		const lena: { views: Trial; edits: Trial } = {
			views: [loginOf(seeded, seeded.people.lena), 'GET', ALL_PODS],
			edits: tryToWrite(loginOf(seeded, seeded.people.lena)),
		};
		await bind(seeded.cluster, 'lena-views', 'view', [user('lena')]);
		await bind(seeded.cluster, 'shop/lena-edits', 'edit', [user('lena'), user('ursula')]);
		const former = await bindingsOf(seeded, ['lena-views', 'shop/lena-edits']);
		const works = { views: 200, edits: 201 };
		assert.equal(await answers(lena, works), works);

		const circumstances: Circumstances = { as: 'deleteOnly', gone: ['lena'] };
		const words = ['--policy', 'orphan/grant_*', '--only'];
		const deletes = await plan('deletes', circumstances, [...words, 'delete_binding']);
		const removes = await plan('removes', circumstances, [...words, 'remove_subjects']);
		assert.equal(permissions(deletes.plan), {
			'delete_binding lena-views': {
				step: [],
				undo: ['create clusterrolebindings.rbac.authorization.k8s.io', `${BIND}/view`],
			},
		});
		assert.equal(permissions(removes.plan), {
			'remove_subjects shop/lena-edits': {
				step: ['patch rolebindings.rbac.authorization.k8s.io/lena-edits in shop', `${BIND}/edit in shop`],
				undo: ['patch rolebindings.rbac.authorization.k8s.io/lena-edits in shop', `${BIND}/edit in shop`],
			},
		});
		assert.equal((await apply(deletes.path, circumstances)).code, 0);
		assert.equal((await apply(removes.path, circumstances)).code, 4);
		assert.match(
			outcomes(`${removes.path}.journal`, removes.plan)['remove_subjects shop/lena-edits'] ?? '',
			/^failed: HTTP 403: .*User "deleter" cannot patch resource "rolebindings"/,
		);
		const half = { views: 403, edits: 201 };
		assert.equal(await answers(lena, half), half);
		// No restore with it, and all of it by whoever has the full role.
		assert.equal((await restore(deletes.path, { as: 'deleteOnly' })).code, 4);
		assert.equal(await answers(lena, half), half);
		assert.equal((await restore(deletes.path, { as: 'full' })).code, 0);
		assert.equal(await answers(lena, works), works);
		assert.equal(await bindingsOf(seeded, ['lena-views', 'shop/lena-edits']), former);
	});
});

const BIND = 'bind clusterroles.rbac.authorization.k8s.io';

/** What whoever plans lacks for each step and its undo. */
function permissions({ steps }: Plan) {
	return Object.fromEntries(
		steps
			.filter(({ permission }) => permission.step.needs.length > 0)
			.map(step => [
				stepName(step),
				{ step: step.permission.step.missing, undo: step.permission.undo.missing },
			]),
	);
}

describe('plan --deny-pack', it => {
	it('stops the writes of one certificate and of nobody else, until it is removed', async () => {
		const seeded = await remediated();
		const { cluster, maxine, people, tokens, dir } = seeded;
		const packs = join(dir, 'packs');
		const { plan: planned } = await plan('deny', { as: 'full', files: maxine.kubeconfig }, [
			...['--policy', 'privilege/system_masters_certificate', '--deny-pack', packs],
		]);
		assert.equal(stepNames(planned), ['advise maxine', 'deny_pack maxine']);
		const [file = '', ...others] = readdirSync(packs);
		assert.equal(others, []);
		const objects = parseAllDocuments(readFileSync(join(packs, file), 'utf8')).map(
			document => document.toJS() as KubeObject & { kind: string },
		);
		assert.equal(
			objects.map(({ kind }) => kind),
			['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
		);
		const certificate = loginOf(seeded, maxine);
		const bound = await boundToken(seeded);
		const tried: Record<
			'write' | 'read' | 'deletion' | 'person' | 'token' | 'podToken' | 'actedFor' | 'acting',
			Trial
		> = {
			write: tryToWrite(certificate),
			read: [certificate, 'GET', MAPS],
			deletion: [certificate, 'DELETE', `${MAPS}/kube-root-ca.crt?dryRun=All`],
			person: tryToWrite(loginOf(seeded, people.gina)),
			token: tryToWrite(bearer(seeded, tokens.busy.secret)),
			podToken: tryToWrite(bearer(seeded, bound)),
			actedFor: tryToWrite(cluster.admin, 'ursula'),
			// As its page says.
			acting: tryToWrite(certificate, 'ursula'),
		};
		const free = {
			write: 201,
			read: 200,
			deletion: 200,
			person: 201,
			token: 201,
			podToken: 201,
			actedFor: 201,
			acting: 201,
		};
		assert.equal(await answers(tried, free), free);
		const pathOf = ({ kind }: { kind: string }) =>
			`/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase().replace(/y$/, 'ie')}s`;
		for (const object of objects) await cluster.admin.create(pathOf(object), object);
		const denied = { ...free, write: 422, deletion: 422 };
		assert.equal(await answers(tried, denied), denied);
		for (const object of objects.toReversed())
			await cluster.admin.remove(`${pathOf(object)}/${object.metadata.name}`);
		assert.equal(await answers(tried, free), free);
	});
});

/** A token as pods have it, which names its credential too. */
async function boundToken({ cluster }: RemediatedCluster): Promise<string> {
	const { status } = await cluster.admin.create(`${SHOP}/serviceaccounts/busy/token`, { spec: {} });
	return (status as { token: string }).token; // a TokenRequest says so
}

describe('offboard', it => {
	it('shows what a person has, ends it, and says what still works and until when', async () => {
		const seeded = await remediated();
		const { people, dir, state } = seeded;
		await bind(seeded.cluster, 'shop/otto-edits', 'edit', [user('otto'), user('ursula')]);
		await bind(seeded.cluster, 'bar/ops-views', 'view', [group('ops')]);
		const login = loginOf(seeded, people.otto);
		const tried: { own: Trial; byGroup: Trial } = {
			own: tryToWrite(login),
			byGroup: [login, 'GET', '/api/v1/namespaces/bar/configmaps'],
		};
		const works = { own: 201, byGroup: 200 };
		assert.equal(await answers(tried, works), works);
		const flags = [...flagsOf(seeded, { as: 'full' }), '--out', join(dir, 'otto.json'), '--state', state];
		const { code, stdout } = await run([
			...['offboard', 'otto', ...flags, '--apply', '--yes', '--max-objects', '100'],
		]);
		const day = formatDay(people.otto.notAfter);
		const name = 'remedied-remediator.kubeconfig#remediator@remedied';
		const powers = '[impersonate, create_token, read_secrets, exec_pods, create_pods]';
		assert.equal(paragraphs(stdout).slice(0, 2), [
			'otto: 1 credential and 1 grant on 1 cluster',
			[
				...[name, 'user otto, active; use not known: no evidence was read'],
				`credential client certificate x509:${people.otto.sha256.slice(0, 8)}…, effective, until ${day}`,
				`grant RoleBinding shop/otto-edits → ClusterRole edit ${powers}`,
				'by group ops: RoleBinding bar/ops-views → ClusterRole view; stays for its members',
			].join(' '),
		]);
		assert.equal(
			paragraphs(stdout).at(-1),
			[
				'A scan afterwards finds that this of otto still works:',
				`${name}: client certificate x509:${people.otto.sha256}, until ${day}`,
				`${name}: RoleBinding bar/ops-views (view), by the group ops, until ${day}`,
			].join(' '),
		);
		assert.is(code, 1);
		assert.equal(await answers(tried, { own: 403, byGroup: 200 }), { own: 403, byGroup: 200 });
		assert.equal((await written()).leaks, []);
	});
});

/** Without line breaks and margins. */
const paragraphs = (text: string) =>
	text
		.trimEnd()
		.split('\n\n')
		.map(paragraph => paragraph.trim().replaceAll(/\s+/g, ' '));
