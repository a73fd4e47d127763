import { whyNoPolicy } from '../../src/suppress/policy-name.ts';
import { assert, describe } from '../helpers/describe.ts';
import { policy } from '../reporters/fixtures/report.ts';

const POLICIES = [
	policy({ id: 'credential/lifetime_too_long' }),
	policy({ id: 'credential/expired' }),
	policy({ id: 'governance/no_owner', kind: 'grant' }),
	policy({ id: 'governance/waiver_unused', kind: 'waiver' }),
];
const why = (pattern: string | null) => whyNoPolicy(pattern, POLICIES);
const near = (id: string) => `it selects no policy of this run: did you mean ${id}?`;

describe('whyNoPolicy', it => {
	it('nothing, where a policy is selected or none is named', () =>
		assert.equal([null, '*', 'credential/*', 'credential/expired', 'governance/*'].map(why), [
			'',
			'',
			'',
			'',
			'',
		]));
	it('names the one that was meant', () =>
		assert.equal(
			[
				'credential/lifetime_to_long',
				'credentail/expired',
				'credentail/*',
				'credentials/lifetime*',
				'expired',
			].map(why),
			[
				near('credential/lifetime_too_long'),
				near('credential/expired'),
				near('credential/*'),
				near('credential/lifetime*'),
				near('credential/expired'),
			],
		));
	it('is silent about what may be a policy of another run', () =>
		assert.equal(['credential/no_contractors', 'org/stale_key', 'constructor', ''].map(why), [
			'',
			'',
			'',
			'',
		]));
	it('what is about waivers is no waiver’s', () =>
		assert.equal(
			['governance/waiver_unused', 'governance/waiver_*'].map(why),
			Array(2).fill('its policy is about waivers, and no waiver excuses what is wrong with one'),
		));
});
