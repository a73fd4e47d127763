import { type Assessment, assess } from '../../src/assess.ts';
import { loadBundle } from '../../src/evaluate/bundle.ts';
import { createPool } from '../../src/evaluate/pool.ts';
import { assessKeys } from '../../src/fleet.ts';
import type { Credential, Location } from '../../src/model/facts.ts';
import { clusterFacts, credentialOf } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';

const NOW = 1_800_000_000;

const file = (path: string, ownerUid: number): Location => ({
	origin: 'kubeconfig',
	path,
	line: 9,
	namespace: '',
	name: 'alice',
	mode: 0o600,
	ownerUid,
});

/** Locations that `credential/shared_key` names, for one cluster that holds these. */
async function sharedAt(credentials: Credential[]): Promise<unknown[]> {
	const bundle = await loadBundle();
	const pool = await createPool(bundle, { threads: 1 });
	const options = { pool, catalog: bundle.catalog, now: NOW, signal: new AbortController().signal };
	const assessment: Assessment = await assess(clusterFacts({ credentials }), options);
	const { findings } = await assessKeys([assessment], options);
	await pool.close();
	return findings.map(({ subject, details }) => [subject.uid, details.locations]);
}

describe('[wasm] assessKeys', it => {
	it('one certificate in the files of two owners is shared, and reported once', async () => {
		const alice = credentialOf('alice');
		const handedOver = { ...alice, locations: [file('a.yaml', 1001), file('b.yaml', 1002)] };
		assert.equal(await sharedAt([handedOver]), [[alice.uid, ['b.yaml:9']]]);
	});
	it('copies of one owner are not', async () => {
		const copied = { ...credentialOf('alice'), locations: [file('a.yaml', 1001), file('b.yaml', 1001)] };
		assert.equal(await sharedAt([copied]), []);
	});
	it('among many renewals over one key the stranger is seen by each', async () => {
		const renewals = Array.from({ length: 30 }, (_, n) => ({ ...credentialOf('alice'), uid: `x509:${n}` }));
		const stranger = { ...credentialOf('bob'), uid: 'x509:bob' };
		assert.is((await sharedAt([...renewals, stranger])).length, 31);
	});
});
