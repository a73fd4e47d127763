import type { AuditRequest } from '../../src/model/audit.ts';
import type { Subject } from '../../src/model/facts.ts';
import { suggestRole } from '../../src/remediation/suggest-role.ts';
import { assert, describe } from '../helpers/describe.ts';

const ALICE: Subject = { kind: 'User', name: 'alice', namespace: '' };

function request(over: Partial<AuditRequest>): AuditRequest {
	return {
		username: 'alice',
		verb: 'get',
		apiGroup: '',
		resource: 'pods',
		namespace: 'shop',
		path: '',
		allowed: 1,
		denied: 0,
		names: null,
		...over,
	};
}

const roleOf = (name: string, namespace: string, rules: unknown[]) => ({
	apiVersion: 'rbac.authorization.k8s.io/v1',
	kind: namespace === '' ? 'ClusterRole' : 'Role',
	metadata: namespace === '' ? { name } : { name, namespace },
	rules,
});

const bindingOf = (name: string, namespace: string, roleKind: string, roleName = name) => ({
	apiVersion: 'rbac.authorization.k8s.io/v1',
	kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
	metadata: namespace === '' ? { name } : { name, namespace },
	roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: roleName },
	subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice' }],
});

describe('suggestRole', it => {
	it('gives one role a namespace, with the resources of like verbs in one rule', () => {
		const requests = [
			request({}),
			request({ verb: 'list' }),
			request({ resource: 'pods/log' }),
			request({ verb: 'list', resource: 'services' }),
			request({ resource: 'services' }),
			request({ apiGroup: 'apps', resource: 'deployments', verb: 'patch' }),
		];
		assert.equal(suggestRole(requests, ALICE), [
			roleOf('used-by-alice', 'shop', [
				{ apiGroups: [''], resources: ['pods', 'services'], verbs: ['get', 'list'] },
				{ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
				{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] },
			]),
			bindingOf('used-by-alice', 'shop', 'Role'),
		]);
	});

	it('shares a ClusterRole between namespaces that were asked for the same', () => {
		const requests = ['shop', 'mail', 'mail'].map(namespace => request({ namespace }));
		assert.equal(suggestRole(requests, ALICE), [
			roleOf('used-by-alice-namespaced', '', [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]),
			bindingOf('used-by-alice', 'mail', 'ClusterRole', 'used-by-alice-namespaced'),
			bindingOf('used-by-alice', 'shop', 'ClusterRole', 'used-by-alice-namespaced'),
		]);
	});

	it('leaves to the cluster-wide role what that allows already', () => {
		const requests = [
			request({ namespace: '', verb: 'list' }),
			request({ verb: 'list' }),
			request({ namespace: '', resource: '', path: '/metrics' }),
		];
		assert.equal(suggestRole(requests, ALICE), [
			roleOf('used-by-alice', '', [
				{ apiGroups: [''], resources: ['pods'], verbs: ['list'] },
				{ nonResourceURLs: ['/metrics'], verbs: ['get'] },
			]),
			bindingOf('used-by-alice', '', 'ClusterRole'),
		]);
	});

	it('holds Secrets and impersonation to their names, and covers them by a right to any', () => {
		const secret = { resource: 'secrets', names: ['db', 'api'] };
		const rules = (requests: AuditRequest[]) => suggestRole(requests, ALICE).map(({ rules }) => rules);
		assert.equal(rules([request(secret), request({ ...secret, verb: 'list', names: null })]), [
			[
				{ apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['api', 'db'] },
				{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] },
			],
			undefined,
		]);
		assert.equal(
			rules([request({ verb: 'impersonate', resource: 'users', namespace: '', names: ['bob'] })])[0],
			[{ apiGroups: [''], resources: ['users'], verbs: ['impersonate'], resourceNames: ['bob'] }],
		);
		const anySecret = request({ resource: 'secrets', namespace: '', names: null });
		assert.equal(rules([request(secret), anySecret]), [
			[{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
			undefined,
		]);
		assert.equal(rules([request(secret), request({ ...secret, namespace: '', names: ['db'] })]).length, 4);
	});

	it('gives no right for what was refused, and nothing for nobody', () => {
		assert.equal(suggestRole([request({ allowed: 0, denied: 3 })], ALICE), []);
		assert.equal(suggestRole([], ALICE), []);
	});

	it('names objects so that the API server takes them, and two subjects never share one', () => {
		const nameOf = (subject: Subject) => suggestRole([request({})], subject)[0]?.metadata.name ?? '';
		const hostile = [
			'../../x',
			'Alice',
			'alice@corp.example',
			'a'.repeat(10_000),
			'<script>\n',
			'日本',
			'a--b',
			'-',
		];
		const names = ['alice', ...hostile].map(name => nameOf({ kind: 'User', name, namespace: '' }));
		assert.is(new Set(names).size, names.length);
		assert.is(names[0], 'used-by-alice');
		for (const name of names) assert.match(name, /^used-by-[a-z0-9]([a-z0-9.-]{0,230}[a-z0-9])?$/);
		const account = suggestRole([request({})], { kind: 'ServiceAccount', name: 'ci', namespace: 'shop' });
		assert.equal(account[1]?.subjects, [{ kind: 'ServiceAccount', name: 'ci', namespace: 'shop' }]);
	});
});
