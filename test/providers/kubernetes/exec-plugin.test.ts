import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
	type ExecConfig,
	type ExecOptions,
	runExecPlugin,
} from '../../../src/providers/kubernetes/exec-plugin.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { inFolder } from '../../helpers/kubeconfig-folder.ts';
import { failure, SECRET } from '../../helpers/stub-server.ts';

const credential = (status: object) => JSON.stringify({ kind: 'ExecCredential', status });
const printed = (text: string) => `printf '%s' '${text}'`;

interface Case extends Partial<Omit<ExecConfig, 'command'>> {
	timeoutMs?: number;
	signal?: AbortSignal;
	/** Instead of ./plugin.sh beside the kubeconfig. */
	command?: string;
}

/** Runs `sh` code as the plugin of a kubeconfig in a folder of its own. */
function plugin(script: string, { timeoutMs = 5000, signal, ...exec }: Case = {}) {
	return inFolder({ 'plugin.sh': `#!/bin/sh\n${script}\n` }, async dir => {
		chmodSync(join(dir, 'plugin.sh'), 0o700);
		const options: ExecOptions = {
			folder: dir,
			cluster: { server: 'https://h' },
			timeoutMs,
			signal: signal ?? new AbortController().signal,
		};
		return runExecPlugin({ command: './plugin.sh', ...exec }, options);
	});
}

const said = (code: 'unreachable' | 'timeout', what: string) => ({
	code,
	status: 0,
	message: `exec plugin ./plugin.sh ${what}`,
});
const BY_HAND = '; run it by hand to see what it says';

/** Until a process is gone, or too long. */
async function isGone(pid: number): Promise<boolean> {
	for (let tries = 0; tries < 100; tries++) {
		// A zombie has ended; only its parent's wait is outstanding.
		const state = await readState(pid);
		if (state === null || state === 'Z') return true;
		await new Promise(resolve => setTimeout(resolve, 20));
	}
	return false;
}

async function readState(pid: number): Promise<string | null> {
	try {
		return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? null;
	} catch {
		return null;
	}
}

describe('runExecPlugin', it => {
	it('a token', async () =>
		assert.equal(
			await plugin(printed(credential({ token: 't', expirationTimestamp: '2030-01-01T00:00:00Z' }))),
			{
				token: 't',
			},
		));

	it('a certificate', async () => {
		const status = { clientCertificateData: 'cert', clientKeyData: 'key' };
		assert.equal(await plugin(printed(credential(status))), status);
	});

	it('gets its arguments, its variables and the cluster it asks for, as text', async () => {
		const script = `printf '{"kind":"ExecCredential","status":{"token":"%s"}}' "$1,$2 $A $B $(printf '%s' "$KUBERNETES_EXEC_INFO" | sed 's/"/_/g')"`;
		const exec = {
			apiVersion: 'client.authentication.k8s.io/v1beta1',
			args: ['x', 7] as string[],
			env: [
				{ name: 'A', value: 'a b' },
				{ name: 'B', value: 8 as unknown as string },
			],
		};
		const info = (spec: string) =>
			`{_apiVersion_:_client.authentication.k8s.io/v1beta1_,_kind_:_ExecCredential_,_spec_:${spec}}`;
		assert.equal(await plugin(script, exec), { token: `x,7 a b 8 ${info('{_interactive_:false}')}` });
		assert.equal(await plugin(script, { ...exec, provideClusterInfo: true }), {
			token: `x,7 a b 8 ${info('{_interactive_:false,_cluster_:{_server_:_https://h_}}')}`,
		});
	});

	it('nothing that it prints is shown', async () => {
		const failed = await Promise.all([
			failure(plugin(`echo ${SECRET}`)),
			failure(plugin(`echo ${SECRET} >&2; exit 3`)),
			failure(plugin(`echo '{"kind":"ExecCredential","token":"${SECRET}"}'`)),
			failure(plugin(`echo '{"kind":"${SECRET}","status":{"token":"x"}}'`)),
			failure(plugin(printed(credential({ password: SECRET, token: '' })))),
			failure(plugin('echo null')),
			failure(plugin('kill -9 $$')),
		]);
		assert.equal(failed, [
			said('unreachable', 'printed something that is not JSON (not shown: it could hold a token)'),
			said('unreachable', `ended with exit code 3${BY_HAND}`),
			said('unreachable', 'printed no ExecCredential with a status'),
			said('unreachable', 'printed no ExecCredential with a status'),
			said('unreachable', 'printed an ExecCredential without a token and without a certificate'),
			said('unreachable', 'printed no ExecCredential with a status'),
			said('unreachable', `ended with exit code none${BY_HAND}`),
		]);
	});

	it('a stderr full of talk does not block it', async () =>
		assert.equal(await plugin(`head -c 1000000 /dev/zero >&2; ${printed(credential({ token: 't' }))}`), {
			token: 't',
		}));

	it('two megabytes', async () =>
		assert.equal(
			await failure(plugin('head -c 2000000 /dev/zero')),
			said('unreachable', `printed more than 1 MiB${BY_HAND}`),
		));

	it('one that hangs :: ends with its children', async () => {
		await inFolder({}, async dir => {
			const pids = join(dir, 'pids');
			const script = `sleep 60 & echo $! > ${pids}; echo $$ >> ${pids}; wait`;
			const failed = await failure(plugin(script, { timeoutMs: 300 }));
			assert.equal(failed, said('timeout', `gave no credential within 0.3 s${BY_HAND}`));
			const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
			assert.is(started.length, 2);
			assert.equal(await Promise.all(started.map(isGone)), [true, true]);
		});
	});

	it('Ctrl-C :: ends it, and one that comes later is not started', async () => {
		const controller = new AbortController();
		setTimeout(() => controller.abort(), 100);
		const { signal } = controller;
		assert.equal(await failure(plugin('sleep 60', { signal })), said('unreachable', `was stopped${BY_HAND}`));
		await inFolder({}, async dir => {
			const failed = await failure(plugin(`touch ${dir}/started; sleep 60`, { signal }));
			assert.equal(failed, said('unreachable', `was stopped${BY_HAND}`));
			await new Promise(resolve => setTimeout(resolve, 50));
			assert.throws(() => readFileSync(join(dir, 'started')), /ENOENT/);
		});
	});

	it('one that cannot be started :: says why, and not with what', async () => {
		const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;
		const before = timers();
		const failed = await Promise.all([
			failure(plugin('', { command: './none.sh' })),
			failure(plugin('', { command: 'kubelapse-no-such-plugin' })),
			failure(plugin('', { args: [`a\0${SECRET}`] })),
			failure(plugin('', { env: [{ name: 'A', value: `\0${SECRET}` }] })),
			failure(plugin('', { args: `a ${SECRET}` as unknown as string[] })),
			failure(plugin('', { env: { A: SECRET } as unknown as [] })),
		]);
		const why = (name: string, code: string) => ({
			code: 'unreachable',
			status: 0,
			message: `exec plugin ${name} cannot be started (${code})${BY_HAND}`,
		});
		assert.equal(failed, [
			why('./none.sh', 'ENOENT'),
			why('kubelapse-no-such-plugin', 'ENOENT'),
			why('./plugin.sh', 'ERR_INVALID_ARG_VALUE'),
			why('./plugin.sh', 'ERR_INVALID_ARG_VALUE'),
			why('./plugin.sh', 'args is not a list'),
			why('./plugin.sh', 'env is not a list'),
		]);
		// A timer that is left would keep the process from ending.
		assert.is(timers(), before);
	});

	it('one that wants a terminal, or has no name', async () => {
		assert.equal(
			await failure(plugin('', { interactiveMode: 'Always' })),
			said(
				'unreachable',
				'wants a terminal (interactiveMode Always); scan with a credential that needs none',
			),
		);
		assert.equal(await failure(plugin('', { command: '' })), {
			code: 'unreachable',
			status: 0,
			message: 'the exec plugin names no command; set users[].user.exec.command',
		});
	});
});
