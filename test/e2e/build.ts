import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Paths of the programs that make a control plane. */
export interface ControlPlane {
	etcd: string;
	apiserver: string;
	controllerManager: string;
	/** Version of Kubernetes, as `1.34.4`. */
	version: string;
}

const MODULES = fileURLToPath(new URL('./control-plane/', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Builds from the pinned Go modules what the cache lacks: minutes the first time, nothing after.
 * @param log takes one line a program that has to be built.
 */
export async function buildControlPlane(log: (line: string) => void): Promise<ControlPlane> {
	const etcd = pinned('etcd', 'go.etcd.io/etcd/server/v3');
	const kubernetes = pinned('kubernetes', 'k8s.io/kubernetes');
	const flags = `-s -w ${versionFlags(kubernetes)}`;
	const program = (name: string) => ({
		module: 'kubernetes',
		program: name,
		source: `k8s.io/kubernetes/cmd/${name}`,
		version: kubernetes,
		flags,
	});
	return {
		etcd: await build(
			{ module: 'etcd', program: 'etcd', source: 'go.etcd.io/etcd/server/v3', version: etcd, flags: '-s -w' },
			log,
		),
		apiserver: await build(program('kube-apiserver'), log),
		controllerManager: await build(program('kube-controller-manager'), log),
		version: kubernetes,
	};
}

interface Program {
	/** Folder under control-plane/ whose go.mod pins it. */
	module: string;
	program: string;
	source: string;
	version: string;
	flags: string;
}

async function build({ module, program, source, version, flags }: Program, log: (line: string) => void) {
	const cache = resolve(process.env.KUBELAPSE_CACHE ?? join(REPOSITORY, '.cache'));
	const folder = join(cache, 'control-plane', `${module}-${version}`);
	const target = join(folder, program);
	if (existsSync(target)) return target;
	mkdirSync(folder, { recursive: true });
	// An interrupted build must not leave half a program under the name that is looked up.
	const partial = `${target}.${process.pid}`;
	const start = Date.now();
	log(`building ${program} ${version} from Go modules, which takes minutes the first time`);
	try {
		await go(
			['build', '-mod=mod', '-buildvcs=false', '-trimpath', '-ldflags', flags, '-o', partial, source],
			module,
		);
		renameSync(partial, target);
	} finally {
		rmSync(partial, { force: true });
	}
	log(`built ${program} in ${Math.round((Date.now() - start) / 1000)} s`);
	return target;
}

function go(args: string[], module: string): Promise<void> {
	return new Promise((done, fail) => {
		const child = spawn('go', args, { cwd: join(MODULES, module), stdio: ['ignore', 'inherit', 'inherit'] });
		const stop = () => child.kill('SIGKILL');
		process.once('exit', stop);
		child.on('error', cause =>
			fail(new Error('test:e2e builds a control plane and needs Go 1.24 or newer', { cause })),
		);
		child.on('exit', code => {
			process.off('exit', stop);
			if (code === 0) done();
			else fail(new Error(`go ${args.join(' ')} ended with ${code}`));
		});
	});
}

/** go.mod is the one place that names a version. */
function pinned(module: string, path: string): string {
	const text = readFileSync(join(MODULES, module, 'go.mod'), 'utf8');
	const version = new RegExp(`^(?:require )?\\s*${path.replaceAll('.', '\\.')} v(\\S+)`, 'm').exec(text)?.[1];
	if (version === undefined) throw new Error(`${module}/go.mod does not require ${path}`);
	return version;
}

/** What /version answers: clients and scans read it. */
function versionFlags(version: string): string {
	const [major, minor] = version.split('.');
	const values = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor };
	return Object.entries(values)
		.map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
		.join(' ');
}
