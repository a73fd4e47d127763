import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRoster } from '../../../src/providers/roster/index.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { json, withServer } from '../../helpers/stub-server.ts';
import { withTempDir } from '../../helpers/temp-dir.ts';

const always = { now: 1_793_491_200, signal: new AbortController().signal };

describe('createRoster', it => {
	it('reads a file and a service once, and answers for one cluster after another', () =>
		withTempDir(dir =>
			withServer(
				(request, response) => {
					const isFirst = request.url?.includes('startIndex=1&');
					const Resources = isFirst ? [{ id: '1', userName: 'ana', displayName: 'ana', active: false }] : [];
					json(response, { totalResults: 1, Resources });
				},
				async server => {
					const file = join(dir, 'people.json');
					writeFileSync(file, '[{"username":"bob","state":"deleted","since":"2026-01-02"}]');
					const scim = { url: server.url, token: 'x', tokenName: 'T', requestTimeoutMs: 2000 };
					const roster = await createRoster({ ...always, file, scim, match: { prefix: 'oidc:' } });
					const asked = server.requests.length;
					const answers = [['oidc:ana'], ['oidc:bob', 'oidc:cy']].map(names => {
						const { identities, gaps } = roster.identify(names.map(name => ({ kind: 'User', name })));
						return [identities.map(one => `${one.provider} ${one.username} ${one.state}`), gaps];
					});
					assert.equal(answers, [
						[['scim oidc:ana disabled'], []],
						[['file oidc:bob deleted', 'scim oidc:cy unknown'], []],
					]);
					assert.is(server.requests.length, asked);
				},
			),
		));

	const refused: Record<string, [object, string]> = {
		'no roster': [{}, 'USAGE'],
		'a rule that is none': [{ file: '/nowhere', match: { pattern: '(' } }, 'CONFIG_INVALID'],
		'a file that is none': [{ file: '/nowhere' }, 'FILE_UNREADABLE'],
	};
	for (const [title, [options, code]] of Object.entries(refused)) {
		it(`refuses ${title}`, async () => {
			const error = await createRoster({ ...always, ...options }).then(
				() => ({}),
				(cause: object) => cause,
			);
			assert.is('code' in error && error.code, code);
		});
	}
});
