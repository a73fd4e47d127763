import { endStateText, holdingsText } from '../../src/cli/offboard-text.ts';
import type { Facts, Gap } from '../../src/model/facts.ts';
import { holdingsOf, isWhole, remaining } from '../../src/remediation/holdings.ts';
import { binding, credentialOf, forbidden, NOW, role } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { listed, reportOf, withRoster } from './report-of.ts';

/** A cluster that ana has a certificate and a binding of. */
const facts = (gaps: Gap[], rest: Partial<Facts> = {}): Facts => ({
	...withRoster([listed('ana', 'active')], {
		roles: [role('view', ['get core pods'])],
		bindings: [binding('of-ana', 'ClusterRole view', ['User ana'])],
		credentials: [credentialOf('ana')],
		...rest,
	}),
	gaps,
});
const holdings = async (gaps: Gap[], name = 'ana', rest: Partial<Facts> = {}) =>
	holdingsOf(await reportOf([facts(gaps, rest)]), name);
const linesOf = (text: string) => text.trim().split('\n');

describe('holdingsOf', it => {
	it('tells of clusters that were read in part, whoever is found there', async () => {
		const sources = ['bindings', 'certificate_requests', 'token_secrets', 'cloud', 'identities'] as const;
		for (const source of sources)
			for (const name of ['ana', 'nobody']) {
				const found = await holdings([forbidden(source)], name);
				assert.equal(
					[isWhole(found), found.partly.map(({ sources: missing }) => missing)],
					[false, [[source]]],
				);
			}
	});

	it('takes for whole what misses no more than what nobody asked for', async () => {
		const found = await holdings([forbidden('identities', { code: 'not_configured' })]);
		assert.equal([isWhole(found), found.partly], [true, []]);
	});
});

describe('remaining', it => {
	it('names credentials of which it is not known whether they work', async () => {
		const credentials = [credentialOf('ana', { state: 'unknown' })];
		const left = remaining(await holdings([], 'ana', { credentials, bindings: [] }));
		assert.equal(
			left.map(({ what, until }) => [what, until]),
			[
				[
					'client certificate x509:ana, of which it is not known whether it works, and which is granted nothing by its own name or groups',
					NOW + 60,
				],
			],
		);
	});
});

describe('endStateText', it => {
	it('never says that nothing works where something was not read', async () => {
		const found = await holdings([forbidden('bindings')]);
		assert.equal(linesOf(endStateText(found, [])), [
			'In what a scan afterwards could read, nothing of ana works.',
			`Partly read: ${found.partly[0]?.name} (bindings): what is there is not known.`,
		]);
		assert.equal(linesOf(endStateText(await holdings([]), [])), [
			'A scan afterwards finds nothing of ana that works.',
		]);
		assert.is(
			linesOf(holdingsText(found)).at(-1),
			`Partly read: ${found.partly[0]?.name} (bindings): what is there is not known.`,
		);
	});
});
