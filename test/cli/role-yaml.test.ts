import { parseAllDocuments } from 'yaml';
import { roleYaml } from '../../src/cli/role-yaml.ts';
import { rbacSubject } from '../../src/cli/usage-subject.ts';
import type { AuditRequest, AuditStream } from '../../src/model/audit.ts';
import { suggestRole } from '../../src/remediation/suggest-role.ts';
import { assert, describe } from '../helpers/describe.ts';

const FROM = 1_795_341_600;
const STREAM: AuditStream = {
	name: '/logs/*.log',
	files: 1,
	events: 9,
	malformed: 0,
	duplicates: 0,
	window: { from: FROM, to: FROM + 3_600 },
	holes: [],
	holesTotal: 0,
	problems: [],
};

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

const yamlOf = (username: string, requests: AuditRequest[], missing: string[] = []) =>
	roleYaml(username, { streams: [STREAM], requests }, missing);

/** As both versions of YAML read it: kubectl's is 1.1. */
function parsed(text: string): unknown[][] {
	return (['1.1', '1.2'] as const).map(version =>
		parseAllDocuments(text, { version }).flatMap(document => {
			assert.equal(document.errors, []);
			return [document.toJS() as unknown];
		}),
	);
}

describe('roleYaml', it => {
	it('says before the roles what is known, and no more', () => {
		const requests = [
			request({ allowed: 3 }),
			request({ resource: 'secrets', allowed: 0, denied: 2 }),
			request({ username: 'bob', verb: 'delete' }),
		];
		const text = yamlOf('alice', requests, ['a hole']);
		assert.equal(text.split('---\n')[0]?.split('\n'), [
			'# What alice did, as roles: review it, it knows only this window.',
			'# Log /logs/*.log: 2026-11-22T10:00:00Z to 2026-11-22T11:00:00Z, 9 events of anybody',
			'# 3 requests let through; 2 refused requests left out',
			'# Missing: a hole',
			'',
		]);
		const own = requests.filter(({ username }) => username === 'alice');
		assert.equal(parsed(text)[0], suggestRole(own, rbacSubject('alice')));
	});

	it('is a comment alone where nothing was let through', () => {
		const text = yamlOf('alice', [request({ allowed: 0, denied: 1 })]);
		assert.equal(
			text.split('\n').filter(line => !line.startsWith('#')),
			[''],
		);
	});

	const hostile = [
		'no',
		'y',
		'0x1F',
		'1:30',
		'1_000',
		'2026-11-22',
		'~',
		'<<',
		'---\nkind: ClusterRole',
		'!!binary x',
		'# no comment',
		'a\u001b[2J\u202eb\u2028c\u0085d\u{e0041}\u0007',
		'it\'s "quoted" \\ *x &y',
		'x'.repeat(10_000),
	];
	for (const username of hostile)
		it(`gives back ${JSON.stringify(username.slice(0, 20))} as it was, and prints nothing unsafe`, () => {
			const requests = [
				request({ username, resource: 'secrets', names: [username, 'plain'] }),
				request({ username, resource: '', namespace: '', path: `/${username}` }),
			];
			const text = yamlOf(username, requests);
			const right = suggestRole(requests, rbacSubject(username));
			assert.equal(parsed(text), [right, right]);
			assert.not.match(text, /[^\P{C}\n]|[\u2028\u2029]/u);
			assert.is(text.match(/^---$/gm)?.length, right.length);
		});
});
