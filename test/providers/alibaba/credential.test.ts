import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, describe } from '../../helpers/describe.ts';
import { spawnCli } from '../../helpers/spawn-cli.ts';
import { withTempDir } from '../../helpers/temp-dir.ts';

const SECRET = 'kX9fQ2mT7vB4nL8sD1gH6jK3pR5wYz';
const ID = 'LTAI5tFakeFakeFakeFake00';
const profile = { name: 'prod', mode: 'AK', access_key_id: ID, access_key_secret: SECRET };
const NOWHERE = ['cs', 'ram', 'ims', 'sts'].map(product => `${product}=127.0.0.1:9`);

/** A scan of an account by a CLI configuration, and everything that it wrote anywhere. */
async function scanBy(config: string | null, ...words: string[]) {
	return withTempDir(async dir => {
		if (config !== null) {
			await mkdir(join(dir, '.aliyun'));
			await writeFile(join(dir, '.aliyun', 'config.json'), config);
		}
		const all = ['scan', '--alibaba', '--alibaba-endpoint', ...NOWHERE, ...words];
		const { code, stdout, stderr } = await spawnCli([...all, '--out', '-', '--format', 'json', '--debug'], {
			cwd: dir,
			env: {
				ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
				ALIBABA_CLOUD_CREDENTIALS_URI: 'http://127.0.0.1:9/',
			},
		});
		const { clusters, gaps } = JSON.parse(stdout) as {
			clusters: { name: string; status: string }[];
			gaps: { message: string }[];
		};
		assert.not.match(stdout + stderr, new RegExp(`${SECRET}|${ID}`));
		assert.is(code, 3);
		assert.equal(
			clusters.map(({ status }) => status),
			['unreachable'],
		);
		return gaps.map(({ message }) => message);
	});
}

describe('loadCredential [cli]', it => {
	const MALFORMED: [title: string, config: string][] = [
		['cut off', JSON.stringify({ current: 'prod', profiles: [profile] }).slice(0, -3)],
		[
			'a quote too few',
			`{"profiles": [{"name": "prod", "access_key_id": "${ID}", "access_key_secret": "${SECRET}}]}`,
		],
		['unquoted', `{profiles: [{name: prod, access_key_id: ${ID}, access_key_secret: ${SECRET}}]}`],
		['an ini file', `[prod]\naccess_key_id ${ID}\naccess_key_secret ${SECRET}\n`],
	];
	for (const [title, config] of MALFORMED)
		it(`prints nothing of a profile that is malformed :: ${title}`, async () =>
			assert.equal(await scanBy(config, '--account-profile', 'prod'), [
				'the profile prod of the aliyun CLI gives no access key: its file ~/.aliyun/config.json is not JSON; run aliyun configure',
			]));

	it('says what a profile lacks', async () => {
		const config = JSON.stringify({ current: 'prod', profiles: [profile] });
		assert.equal(await scanBy(config, '--account-profile', 'test'), [
			'the profile test of the aliyun CLI gives no access key: ~/.aliyun/config.json has no profile of that name; run aliyun configure',
		]);
		assert.equal(await scanBy(null, '--account-profile', 'test'), [
			'the profile test of the aliyun CLI gives no access key: its file ~/.aliyun/config.json cannot be read; run aliyun configure',
		]);
	});

	it('prints nothing of what the default chain met, and says where an access key may be', async () => {
		const [, [, cut = ''] = []] = MALFORMED;
		assert.equal(await scanBy(cut), [
			'no access key was found; set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or name a profile of the aliyun CLI with --account-profile',
		]);
	});

	it('a profile that works is used', async () => {
		const config = JSON.stringify({ current: 'prod', profiles: [profile] });
		const [message = ''] = await scanBy(config, '--account-profile', 'prod');
		assert.match(message, /could not be reached \(ECONNREFUSED\)$/);
	});
});
