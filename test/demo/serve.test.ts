import { existsSync, readFileSync, statSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { assert, describe } from '../helpers/describe.ts';
import { spawnCli } from '../helpers/spawn-cli.ts';
import { withTempDir } from '../helpers/temp-dir.ts';
import { clients, thrown } from './helpers/cloud.ts';
import { get } from './helpers/fleet.ts';

/** Runs `demo --serve`, looks at it once it has said where it is, and ends it. */
async function withServed(words: string[], look: (text: string) => Promise<void>) {
	let failure: unknown;
	const result = await withTempDir(cwd =>
		spawnCli(['demo', '--serve', ...words], {
			cwd,
			meanwhile: child => {
				let text = '';
				child.stdout?.on('data', chunk => {
					text += chunk;
					if (!/\n$/.test(text) || (!words.includes('--json') && !/all-contexts/.test(text))) return;
					look(text)
						.catch((error: unknown) => {
							failure = error;
						})
						.finally(() => child.kill('SIGINT'));
				});
			},
		}),
	);
	if (failure !== undefined) throw failure;
	return result;
}

describe('demo --serve', it => {
	it('prints one line that other clients can use, stays up until it is told to end, and leaves nothing', async () => {
		let dir = '';
		const words = ['--json', '--clusters', '5', '--identities', '20', '--seed', '3'];
		const { code, stdout, stderr } = await withServed(words, async text => {
			const place = JSON.parse(text);
			assert.equal(Object.keys(place), [
				'cs',
				'ram',
				'ims',
				'sts',
				'sls',
				'caFile',
				'accessKeyId',
				'accessKeySecret',
				'kubeconfig',
			]);
			for (const product of ['cs', 'ram', 'ims', 'sts', 'sls'])
				assert.match(place[product], /^127\.0\.0\.1:\d+$/);
			for (const file of [place.caFile, place.kubeconfig]) assert.is(statSync(file).mode & 0o777, 0o600);
			const { cs, ram, ims, sts, sls, caFile, accessKeyId, accessKeySecret } = place;
			const authorityPem = readFileSync(caFile, 'utf8');
			const key = { accessKeyId, accessKeySecret };
			const sdk = clients({ endpoints: { cs, ram, ims, sts, sls }, http: '', authorityPem }, key);
			assert.is((await sdk.sts.getCallerIdentity()).body?.identityType, 'RAMUser');
			// With its one key other tools have to be able to remove something.
			const denied = await thrown(sdk.cs.revokeK8sClusterKubeConfig('nope'));
			assert.equal(denied, { code: 'ErrorClusterNotFound', statusCode: 404 });
			const config = new KubeConfig();
			config.loadFromFile(place.kubeconfig);
			const names = config.getContexts().map(({ name }) => name);
			assert.equal(names, ['payments-prod', 'analytics-staging', 'edge-legacy']);
			for (const name of names) {
				config.setCurrentContext(name);
				assert.is((await get(config, '/version')).code, 200);
			}
			dir = caFile.replace('/ca.pem', '');
		});
		assert.equal([code, stdout.split('\n').length], [0, 2]);
		assert.not.match(stderr, 'error');
		assert.not(existsSync(dir));
	});

	it('tells a person how to point other tools at it', async () => {
		const { code } = await withServed(['--clusters', '2'], async text => {
			assert.match(text, /with 2 clusters is up on this machine, until Ctrl-C/);
			assert.match(text, /export ALIBABA_CLOUD_ACCESS_KEY_ID=LTAI/);
			assert.match(text, /aliyun sts GetCallerIdentity/);
		});
		assert.is(code, 0);
	});

	it('refuses --json without --serve, and what is no number', () =>
		withTempDir(async cwd => {
			const errors: string[] = [];
			for (const words of [
				['--json'],
				['--serve', '--clusters', '0'],
				['--rate', '1e3'],
				['--serve', '--seed', '1', '--seed', '2'],
			]) {
				const { code, stderr } = await spawnCli(['demo', ...words], { cwd });
				errors.push(`${code} ${stderr.split('\n')[0]}`);
			}
			assert.equal(errors, [
				'2 kubelapse: error: --json says where --serve keeps the cloud up; add --serve',
				'2 kubelapse: error: --clusters is a whole number from 1 to 2000',
				'2 kubelapse: error: --rate is a whole number from 0 to 100000',
				'2 kubelapse: error: --seed is a whole number from 0 to 4294967295',
			]);
		}));
});
