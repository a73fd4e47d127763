import { cloudTargets } from '../../src/cli/clouds.ts';
import { type Flags, mergeSettings } from '../../src/cli/settings.ts';
import { assert, describe } from '../helpers/describe.ts';

/** Days of the audit log that are read, and whether somebody asked for them. */
async function auditOf(config: Parameters<typeof mergeSettings>[1]) {
	const [target] = await cloudTargets(mergeSettings({} as Flags, config));
	const audit = target?.audit ?? null;
	return audit === null ? null : [audit.days, audit.isAsked];
}

describe('cloudTargets, audit logs', it => {
	it('are read for 90 days, unless it is said otherwise', async () => {
		assert.equal(await auditOf({}), [90, false]);
		assert.equal(await auditOf({ 'audit-days': 7 }), [7, true]);
		assert.equal(await auditOf({ 'audit-days': 0 }), null);
	});

	it('are not asked for at their public address where other products have addresses of their own', async () => {
		const others = ['cs=127.0.0.1:9', 'sts=127.0.0.1:9'];
		assert.equal(await auditOf({ 'alibaba-endpoint': others }), null);
		assert.equal(await auditOf({ 'alibaba-endpoint': others, 'audit-days': 90 }), [90, true]);
		assert.equal(await auditOf({ 'alibaba-endpoint': [...others, 'sls=127.0.0.1:9'] }), [90, false]);
	});
});
