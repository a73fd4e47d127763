import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { assert, describe } from './helpers/describe.ts';

const ROOT = new URL('..', import.meta.url);

describe('package', it => {
	it('has what the documentation tells to apply, and nothing of development', async () => {
		const words = ['pack', '--dry-run', '--json', '--ignore-scripts'];
		const { stdout } = await promisify(execFile)('npm', words, { cwd: ROOT, maxBuffer: 2 ** 24 });
		const [{ files }]: [{ files: { path: string }[] }] = JSON.parse(stdout);
		const paths = files.map(({ path }) => path);
		for (const path of [
			'deploy/alibaba/remediate-policy.json',
			'deploy/alibaba/scan-policy.json',
			'deploy/kubernetes/remediate-clusterrole.yaml',
			'deploy/kubernetes/remediate-delete-clusterrole.yaml',
			'deploy/kubernetes/scan-clusterrole.yaml',
			'dist/cli/main.js',
			'CHANGELOG.md',
			'LICENSE',
			'NOTICE',
			'README.md',
		])
			assert.ok(paths.includes(path), path);
		assert.equal(
			paths.filter(path => /^(src|test|bench|\.cache|kubelapse-report)\//.test(path)),
			[],
		);
	});
});
