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

describe('readIssued: what a client says is not what the server stored', it => {
	const forged = base64(pem);
	const bare = { metadata: { name: 'bob-1' }, spec: asked };
	const requesters = async (...shapes: EventShape[]) =>
		(await read(...shapes)).issued.map(({ issuance }) => [
			issuance?.requester,
			issuance?.requesterCredentialIds,
			issuance?.approver,
		]);

	it('takes no certificate from the body of a create or of the object', async () => {
		const claims = { ...bare, status: { ...approved, certificate: forged } };
		const shapes = [
			on('', 'create', { requestObject: claims, responseObject: { metadata, spec, status: {} }, code: 201 }),
			on('', 'create', { requestObject: claims, code: 201 }),
			on('', 'update', { requestObject: claims }),
			on('approval', 'update', { requestObject: claims }),
		];
		for (const shape of shapes) assert.equal((await read(shape)).issued, []);
		assert.equal((await read(...shapes)).issued, []);
	});

	it('takes nothing from a write that failed', async () => {
		const status = { ...approved, certificate: forged };
		for (const code of [403, 404, 409, 422, 500]) {
			const body = { metadata, spec, status };
			const shape = on('status', 'update', { requestObject: body, responseObject: body, code });
			assert.equal((await read(shape)).issued, [], String(code));
		}
	});

	it('takes a certificate from the request of a status update that went well', async () => {
		const body = { metadata, spec, status: { ...approved, certificate: forged } };
		assert.equal(await requesters(on('status', 'update', { requestObject: body })), [['', [], '']]);
	});

	it('has for a requester who asked, not whom the body names', async () => {
		const extra = { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${'b'.repeat(64)}`] };
		const claims = { metadata: { name: 'bob-1' }, spec: { ...asked, username: 'ann', extra } };
		const signed = (uid?: string) =>
			on('status', 'update', {
				after: 5,
				username: 'system:kube-controller-manager',
				requestObject: { metadata: { name: 'bob-1', uid }, spec: {}, status: { certificate: forged } },
			});
		const mallory = on('', 'create', { username: 'mallory', requestObject: claims, code: 201 });
		assert.equal(await requesters(mallory, signed()), [['mallory', [], '']]);
		assert.equal(await requesters(mallory, signed('csr-uid')), [['mallory', [], '']]);
	});

	it('keeps a certificate from whoever uses its name, or its UID as a name, again', async () => {
		const later = (name: string): EventShape => ({
			...on('', 'create', { username: 'mallory', after: 9, requestObject: { ...bare, metadata: { name } } }),
			objectRef: { resource: 'certificatesigningrequests', apiGroup: 'certificates.k8s.io', name },
		});
		const whole = [['alice', [ALICE_ID], 'boss']];
		assert.equal(await requesters(create, approve, sign(forged), later('bob-1'), later('csr-uid')), whole);
		const first = on('', 'create', { credentialId: ALICE_ID, requestObject: bare });
		const signed = on('status', 'update', { after: 5, requestObject: { status: { certificate: forged } } });
		assert.equal(await requesters(first, signed, later('bob-1')), [['alice', [ALICE_ID], '']]);
	});

	it('takes a reader of the approval for no approver', async () => {
		const look = { ...approve, verb: 'get', username: 'reader', after: 8 };
		assert.equal(await requesters(create, approve, sign(forged), look), [['alice', [ALICE_ID], 'boss']]);
	});

	it('counts an event without a code as one that shows nothing', async () => {
		const { issued, opaqueRequests } = await withTempDir(async dir => {
			writeFileSync(
				join(dir, 'a.log'),
				logOf({ ...auditEvent(sign(forged)), responseStatus: { metadata: {} } }),
			);
			return trailOf(dir);
		});
		assert.equal([issued, opaqueRequests], [[], 1]);
	});
});
