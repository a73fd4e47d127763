import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority, createKeys, requestPem } from '../../../src/demo/pki.ts';
import { readCertificate } from '../../../src/lib/x509.ts';
import { ALICE_ID, auditEvent, type EventShape, logOf, START, trailOf } from '../../helpers/audit-events.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { withTempDir } from '../../helpers/temp-dir.ts';

const subject = { commonName: 'bob', organizations: ['dev'], notBefore: START, notAfter: START + 86_400 };
const keys = await createKeys();
const authority = await createAuthority(START, START + 86_400);
const pem = await authority.issue({ ...subject, usage: 'client' }, keys.publicKey);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const request = base64(await requestPem(subject, keys));

const metadata = { name: 'bob-1', uid: 'csr-uid', creationTimestamp: '2026-11-22T10:00:00Z' };
const asked = {
	request,
	signerName: 'kubernetes.io/kube-apiserver-client',
	expirationSeconds: 86_400,
	usages: ['client auth'],
};
const spec = {
	...asked,
	username: 'alice',
	extra: { 'authentication.kubernetes.io/credential-id': [ALICE_ID] },
};
const approved = { conditions: [{ type: 'Approved', status: 'True' }] };

const on = (subresource: string, verb: string, shape: EventShape): EventShape => ({
	verb,
	...shape,
	objectRef: {
		resource: 'certificatesigningrequests',
		apiGroup: 'certificates.k8s.io',
		name: 'bob-1',
		...(subresource === '' ? {} : { subresource }),
	},
});
const create = on('', 'create', {
	credentialId: ALICE_ID,
	requestObject: { metadata: { name: 'bob-1' }, spec: asked },
	responseObject: { metadata, spec, status: {} },
});
const approve = on('approval', 'update', {
	after: 5,
	username: 'boss',
	responseObject: { metadata, spec, status: approved },
});
const sign = (certificate: string) =>
	on('status', 'update', {
		after: 6,
		username: 'system:kube-controller-manager',
		responseObject: { metadata, spec, status: { ...approved, certificate } },
	});

const read = (...shapes: EventShape[]) =>
	withTempDir(async dir => {
		writeFileSync(join(dir, 'a.log'), logOf(...shapes.map(auditEvent)));
		const { issued, opaqueRequests } = await trailOf(dir);
		return { issued, opaqueRequests };
	});

describe('readIssued', it => {
	it('puts a certificate together from its events, in any order', async () => {
		const { sha256, publicKeySha256, serialNumber } = readCertificate(pem);
		const { issued, opaqueRequests } = await read(sign(base64(pem)), approve, create);
		assert.is(opaqueRequests, 0);
		assert.equal(issued, [
			{
				uid: `x509:${sha256}`,
				kind: 'client_certificate',
				state: 'effective',
				username: 'bob',
				groups: ['dev'],
				notBefore: START,
				notAfter: START + 86_400,
				certificate: {
					issuer: 'CN=kubernetes',
					serialNumber,
					sha256,
					publicKeySha256,
					keyAlgorithm: 'ECDSA',
					keyBits: 256,
					signatureHash: 'SHA-256',
					clientAuth: true,
				},
				serviceAccount: null,
				lastUsed: null,
				invalidSince: null,
				createdAt: START,
				issuance: {
					signerName: 'kubernetes.io/kube-apiserver-client',
					requester: 'alice',
					requesterCredentialIds: [ALICE_ID],
					approver: 'boss',
					decision: 'approved',
					expirationSeconds: 86_400,
				},
				plugin: '',
				exec: null,
				cloud: null,
				locations: [
					{ origin: 'ledger', path: '', line: 0, namespace: '', name: 'bob-1', mode: null, ownerUid: null },
				],
			},
		]);
	});

	it('keeps what is known where only the certificate was logged whole', async () => {
		const { issued } = await read(sign(base64(pem)));
		assert.equal(
			issued.map(({ issuance }) => [issuance?.requester, issuance?.approver]),
			[['alice', '']],
		);
	});

	it('counts events that show nothing', async () => {
		const bare = [
			on('', 'create', {}),
			on('approval', 'patch', {}),
			on('', 'get', {}),
			on('', 'create', { decision: 'forbid' }),
		];
		assert.equal(await read(...bare), { issued: [], opaqueRequests: 2 });
	});

	it('leaves out serving certificates, refused requests, and what is no certificate', async () => {
		const serving = { ...spec, usages: ['server auth'] };
		const shapes = [
			on('status', 'update', {
				responseObject: { metadata, spec: serving, status: { certificate: base64(pem) } },
			}),
			create,
			sign('bm90aGluZw=='),
			{ ...sign(base64(pem)), decision: 'forbid' },
		];
		for (const shape of shapes) assert.equal((await read(shape)).issued, []);
	});

	it('ignores objects of other kinds that look alike', async () => {
		const other = {
			...sign(base64(pem)),
			objectRef: { resource: 'certificatesigningrequests', apiGroup: 'example.org', name: 'x' },
		};
		assert.equal(await read(other), { issued: [], opaqueRequests: 0 });
	});
});
