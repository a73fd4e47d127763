import { authorities, indexNewer } from '../../src/join/certificates.ts';
import { join } from '../../src/join/join.ts';
import { emptyCluster } from '../../src/lib/empty-facts.ts';
import type { CertificateAuthority, CertificateDetails, Credential } from '../../src/model/facts.ts';
import { certificate, clusterFacts, credentialOf, NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';

const DAY = 86_400;

/** A certificate `name` of ann's, issued `age` days ago, that lives a year. */
function issued(name: string, age: number, rest: Partial<Credential> = {}): Credential {
	const notBefore = NOW - age * DAY;
	return credentialOf('ann', {
		uid: `x509:${name}`,
		notBefore,
		notAfter: notBefore + 365 * DAY,
		certificate: { ...certificate, sha256: name },
		...rest,
	});
}

const detailed = (changes: Partial<CertificateDetails>) => ({ certificate: { ...certificate, ...changes } });

/** What follows each, by name. */
function successors(credentials: Credential[]) {
	const newerThan = indexNewer(credentials, NOW);
	return credentials.map(each => newerThan(each)?.uid.replace('x509:', '') ?? null);
}

describe('indexNewer', it => {
	it('a renewal follows the one before it, whatever the order', () => {
		const [old, young] = [issued('old', 90), issued('young', 5)];
		assert.equal(successors([old, young]), ['young', null]);
		assert.equal(successors([young, old]), [null, 'young']);
		assert.equal(indexNewer([old, young], NOW)(old), {
			uid: 'x509:young',
			sha256: 'young',
			notBefore: NOW - 5 * DAY,
			notAfter: NOW + 360 * DAY,
		});
	});

	it('the next, not the newest :: one that is renewed each week is still superseded', () =>
		assert.equal(successors([issued('c', 1), issued('a', 15), issued('b', 8)]), [null, 'b', 'c']));

	it('of two of one second one is the older, in every order the same', () => {
		const [a, b] = [issued('aa', 9), issued('bb', 9)];
		assert.equal(successors([a, b]), ['bb', null]);
		assert.equal(successors([b, a]), [null, 'bb']);
	});

	it('names that are one account’s are one holder’s', () => {
		const [old, young] = [issued('old', 90), issued('young', 5, { username: 'ann-2' })];
		assert.equal([indexNewer([old, young], NOW)(old), indexNewer([old, young], NOW)(young)], [null, null]);
		const newerThan = indexNewer([old, young], NOW, name => name.split('-')[0] ?? '');
		assert.equal([newerThan(old)?.uid, newerThan(young)], ['x509:young', null]);
	});

	it('a certificate met twice is not newer than itself', () => {
		const inFile = issued('same', 9, { uid: 'kubeconfig:1' });
		assert.equal(successors([issued('same', 9), inFile]), [null, null]);
		assert.equal(successors([issued('same', 9), inFile, issued('young', 1)]), ['young', 'young', null]);
		const records = [
			...join(clusterFacts({ credentials: [issued('same', 9), issued('same', 9)] }), NOW).records(),
		];
		assert.equal(
			records.flatMap(record => (record.kind === 'credential' ? [record.newer] : [])),
			[null],
		);
	});

	it('other users, nobody, other kinds', () => {
		const apart = (rest: Partial<Credential>) => successors([issued('old', 90, rest), issued('young', 5)])[0];
		assert.is(apart({ username: 'Ann' }), null);
		assert.is(apart({ username: 'ann ' }), null);
		assert.is(apart({ kind: 'cloud_kubeconfig' }), null);
		assert.is(apart({ certificate: null }), null);
		const nobody = { username: '' };
		assert.equal(successors([issued('old', 90, nobody), issued('young', 5, nobody)]), [null, null]);
		// A prototype's names are names like any other.
		const hostile = { username: '__proto__' };
		assert.equal(successors([issued('old', 90, hostile), issued('young', 5, hostile)]), ['young', null]);
	});

	it('nodes renew themselves and are known like everybody else: the policy leaves them out', () => {
		const node = { username: 'system:node:worker-1' };
		const other = { username: 'system:node:worker-10' };
		assert.equal(successors([issued('a', 90, node), issued('b', 5, node), issued('c', 1, other)]), [
			'b',
			null,
			null,
		]);
	});

	it('what does not work follows nothing and is followed by nothing', () => {
		const dead: Partial<Credential>[] = [
			{ state: 'revoked' },
			{ state: 'deleted' },
			{ state: 'not_issued' },
			{ state: 'expired' },
			{ notAfter: NOW - 1 },
			{ notAfter: null },
			{ notBefore: null },
			{ notBefore: NOW + 1 },
			// The API server refuses it: it was made for a server.
			detailed({ sha256: 'young', clientAuth: false }),
		];
		for (const rest of dead) {
			assert.equal(successors([issued('old', 90), issued('young', 5, rest)]), [null, null]);
			assert.equal(successors([issued('old', 90, rest), issued('young', 5)]), [null, null]);
		}
		const edge = { notBefore: NOW, notAfter: NOW };
		assert.equal(successors([issued('old', 90), issued('young', 5, edge)]), ['young', null]);
		// Of another signer: nobody knows that it does not work.
		assert.equal(successors([issued('old', 90), issued('young', 5, { state: 'unknown' })]), ['young', null]);
	});

	it('as many as one user may have', () => {
		const many = Array.from({ length: 20_000 }, (_, i) => issued(String(i).padStart(6, '0'), 90));
		const newerThan = indexNewer(many, NOW);
		assert.is(many.filter(each => newerThan(each) !== null).length, 19_999);
	});
});

describe('authorities', it => {
	const authority = (sha256: string, rest: Partial<CertificateAuthority> = {}): CertificateAuthority => ({
		sha256,
		subject: 'CN=kubernetes',
		notAfter: NOW + 900 * DAY,
		...rest,
	});
	const issuedUntil = (certificateAuthorities: CertificateAuthority[], credentials: Credential[]) => {
		const cluster = { ...emptyCluster('uid-1', 'prod', 'kubernetes'), certificateAuthorities };
		return authorities(cluster, credentials, NOW);
	};

	it('each with the last end of what it issued', () => {
		const [old, young, front] = [
			authority('a', { notAfter: NOW + DAY }),
			authority('b'),
			authority('c', { subject: 'CN=front' }),
		];
		const credentials = [issued('x', 300), issued('y', 10), issued('z', 200)];
		// Two of one subject are one authority, renewed: which of them signed, the name does not tell.
		assert.equal(issuedUntil([old, young, front], credentials), [
			{ ...old, issuedUntil: NOW + 355 * DAY },
			{ ...young, issuedUntil: NOW + 355 * DAY },
			{ ...front, issuedUntil: null },
		]);
		assert.equal(issuedUntil([], credentials), []);
	});

	it('one that two files name is one', () =>
		assert.equal(issuedUntil([authority('a'), authority('a'), authority('b')], []).length, 2));

	it('names are compared whole', () => {
		const known = issuedUntil([authority('a', { subject: 'CN=kubernetes,O=acme' })], [issued('x', 1)]);
		assert.is(known[0]?.issuedUntil, null);
	});

	it('what does not live any more counts no more', () => {
		const dead: Partial<Credential>[] = [
			{ state: 'revoked' },
			{ state: 'deleted' },
			{ state: 'not_issued' },
			{ state: 'expired' },
			{ state: 'unknown', notAfter: NOW - 1 },
			{ notAfter: null },
			{ certificate: null },
		];
		const untilOf = (rest: Partial<Credential>) =>
			issuedUntil([authority('a')], [issued('x', 1, rest)])[0]?.issuedUntil;
		for (const rest of dead) assert.is(untilOf(rest), null);
		assert.is(untilOf({ notAfter: NOW }), NOW);
		// It will need its issuer once it begins, and so does one that is for servers.
		assert.is(untilOf({ notBefore: NOW + 1, notAfter: NOW + 2 }), NOW + 2);
		assert.is(untilOf({ ...detailed({ clientAuth: false }), notAfter: NOW + 2 }), NOW + 2);
	});
});
