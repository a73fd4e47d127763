import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credential } from '../../src/model/facts.ts';
import { type FileEndpoint, readKubeconfigFile } from '../../src/providers/files/file-facts.ts';
import { readKubeconfigFiles } from '../../src/providers/files/read-kubeconfigs.ts';
import { assert } from './describe.ts';
import { base64, jwt, makeCertificate, NOW } from './kubeconfig-fixtures.ts';

/** Runs with a folder of these files, which is gone afterwards. */
export async function inFolder<T>(
	files: Record<string, string>,
	run: (dir: string) => T | Promise<T>,
): Promise<T> {
	const dir = mkdtempSync(join(tmpdir(), 'kubelapse-files-'));
	try {
		for (const [name, text] of Object.entries(files)) {
			mkdirSync(join(dir, name, '..'), { recursive: true });
			writeFileSync(join(dir, name), text, { mode: 0o600 });
		}
		return await run(dir);
	} finally {
		rmSync(dir, { recursive: true });
	}
}

/** The endpoints of one file, its folder written as `DIR`. */
export async function endpoints(text: string, others: Record<string, string> = {}): Promise<FileEndpoint[]> {
	return inFolder({ config: text, ...others }, dir => {
		const facts = readKubeconfigFile(join(dir, 'config'));
		assert.is(facts.error, null);
		return JSON.parse(JSON.stringify(facts.endpoints).replaceAll(dir, 'DIR')) as FileEndpoint[]; // as it came
	});
}

export const oneUser = (user: string) => `clusters: [{name: k, cluster: {server: "https://h:6443"}}]
contexts: [{name: c, context: {cluster: k, user: u}}]
users:
- name: u
  user: ${user}
`;

export async function userFacts(user: string, others: Record<string, string> = {}) {
	const [endpoint, ...rest] = await endpoints(oneUser(user), others);
	assert.is(rest.length, 0);
	return { credentials: endpoint?.credentials ?? [], gaps: endpoint?.gaps ?? [] };
}

export const place = (path = 'DIR/config', line = 4) =>
	({
		origin: 'kubeconfig',
		path,
		line,
		namespace: '',
		name: 'u',
		mode: 0o600,
		ownerUid: process.getuid?.() ?? 0,
	}) as const;

/** Without the uid, which is a hash over the temporary path. */
export function withoutUid({ uid, ...rest }: Credential) {
	assert.match(uid, /^(kubeconfig|jwt|bootstrap):[0-9a-f]{64}$/);
	return rest;
}

export const credential = (rest: Partial<Credential>) => ({
	state: 'unknown',
	username: '',
	groups: [],
	notBefore: null,
	notAfter: null,
	certificate: null,
	serviceAccount: null,
	lastUsed: null,
	invalidSince: null,
	createdAt: null,
	issuance: null,
	plugin: '',
	exec: null,
	cloud: null,
	locations: [place()],
	...rest,
});

export const alice = await makeCertificate({ cn: 'alice', o: ['dev', 'ops'] });
export const issuer = await makeCertificate({ cn: 'ca' });

export const legacyClaims = {
	sub: 'system:serviceaccount:ci:deploy',
	'kubernetes.io/serviceaccount/namespace': 'ci',
	'kubernetes.io/serviceaccount/service-account.name': 'deploy',
	'kubernetes.io/serviceaccount/service-account.uid': 'sa-1',
	'kubernetes.io/serviceaccount/secret.name': 'deploy-token',
};
export const boundClaims = {
	sub: 'system:serviceaccount:ci:deploy',
	iat: NOW - 60,
	exp: NOW + 60,
	'kubernetes.io': { namespace: 'ci', serviceaccount: { name: 'deploy', uid: 'sa-1' } },
};
export const account = { namespace: 'ci', name: 'deploy', uid: 'sa-1' };
export const secret = { origin: 'secret', path: '', line: 0, mode: null, ownerUid: null } as const;

/** Endpoints and errors of all files; the folder is written as `DIR`. */
export async function readAll(dir: string, pattern: string) {
	const files = await readKubeconfigFiles([join(dir, pattern)], new AbortController().signal);
	return {
		endpoints: files.flatMap(f => f.endpoints),
		errors: files.flatMap(f =>
			f.error === null ? [] : `${f.error.code} ${f.error.message}`.replaceAll(dir, 'DIR'),
		),
	};
}

export const ca = base64(issuer.pem);
export const clusterFile = (server: string, data = `, certificate-authority-data: ${ca}`) =>
	`clusters: [{name: k, cluster: {server: "${server}"${data}}}]
contexts: [{name: c, context: {cluster: k, user: u}}]
users: [{name: u, user: {token: ${jwt(legacyClaims)}}}]`;
