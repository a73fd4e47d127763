import { viewNames } from '../../src/model/views.ts';
import { html } from '../../src/reporters/html.ts';
import { summary } from '../../src/reporters/summary.ts';
import { viewText } from '../../src/reporters/views.ts';
import { assert, describe } from '../helpers/describe.ts';
import { ackCluster, cloudFleet, hostileCloud, kubeconfig, ramUser } from './fixtures/cloud.ts';
import { render } from './fixtures/render.ts';
import { finding, report } from './fixtures/report.ts';

const PLAIN = { color: false, width: 80 };

function lines(of: Parameters<typeof viewText>[0], view: (typeof viewNames)[number]): string[] {
	return viewText(of, view, PLAIN).split('\n');
}

describe('viewText', it => {
	for (const view of viewNames) {
		for (const [name, made] of Object.entries({ cloudFleet, hostileCloud })) {
			it(`${view} :: fits 80 columns :: ${name}`, () =>
				assert.equal(
					lines(made(), view).filter(line => [...line].length > 80),
					[],
				));
			it(`${view} :: is safe to print :: ${name}`, () =>
				assert.not.match(
					viewText(made(), view, PLAIN),
					/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
				));
		}
		it(`${view} :: says where no cloud was asked`, () =>
			assert.match(viewText(report(), view, PLAIN), /add --alibaba/));
		it(`${view} :: says in colour what it says without`, () =>
			assert.is(
				viewText(cloudFleet(), view, { ...PLAIN, color: true }).replace(/\u001b\[\d+m/g, ''),
				viewText(cloudFleet(), view, PLAIN),
			));
	}
	it('by cluster', () =>
		assert.equal(lines(cloudFleet(), 'cluster').slice(2, 11), [
			'shop-east, ceeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee, cn-hangzhou, ManagedKubernetes,',
			'running',
			'  Name     Id                  Type  Account  Expires     State      Delete',
			'  ann      200000000000000002  user  active   2026-06-09  effective  yes',
			'  ci       300000000000000004  role  active   2026-06-09  effective  refused',
			'  fay      200000000000000005  user  frozen   2026-02-28  expired    yes',
			'  gus      200000000000000003  user  deleted  2026-03-02  effective  yes',
			'  root     1400000000000001    root  active   2026-06-09  effective  root',
			'  scanner  200000000000000001  user  active   2026-06-09  effective  own',
		]));
	it('by cluster :: one that was not read is not one without kubeconfigs', () =>
		assert.equal(lines(cloudFleet(), 'cluster').slice(18, 22), [
			'',
			'Alibaba Cloud account',
			'  not read whole: rows may be missing',
			'  nothing is known',
		]));
	it('by identity :: three answers about seven days, and the one that was not asked', () =>
		assert.equal(
			['none found', 'used ', 'failed', 'not asked'].map(word =>
				viewText(cloudFleet(), 'identity', PLAIN).includes(word),
			),
			[true, true, true, true],
		));
	it('deleted :: only theirs', () =>
		assert.equal(lines(cloudFleet(), 'deleted'), [
			'What deleted identities left in force  1',
			'Not read whole, so rows may be missing: shop-west, Alibaba Cloud account',
			'',
			'gus, 200000000000000003, user, deleted',
			'  Cluster    Id          Expires     State      RBAC  7 days      Delete',
			'  shop-east  ceeeeeeee…  2026-03-02  effective  none  none found  yes',
			'  shop-west  cdddddddd…  -           deleted    kept  not asked   yes',
			'',
			'Delete yes, 1 of them: whether it is used was not checked.',
			'',
		]));
	it('deleted :: whoever may be deleted is told of', () => {
		const made = report({
			clusters: [ackCluster()],
			credentials: [kubeconfig()],
			identities: [ramUser('200000000000000002', { state: 'unknown' })],
			grants: [],
		});
		assert.match(viewText(made, 'deleted', PLAIN), /Whether 1 more identity is deleted, nobody can tell/);
		assert.not.match(viewText(made, 'deleted', PLAIN), /nothing/);
	});
	it('many rows :: the rest is counted', () => {
		const credentials = Array.from({ length: 1203 }, (_, index) =>
			kubeconfig({ accountId: `2${String(index).padStart(17, '0')}` }),
		);
		const text = viewText(
			report({ clusters: [ackCluster()], credentials, identities: [], grants: [] }),
			'cluster',
			PLAIN,
		);
		assert.match(text, /and 203 more in the reports/);
	});
});

describe('summary', it => {
	const made = () => ({ ...cloudFleet(), findings: [finding()] });
	it('--view :: stands in place of the findings', () => {
		const text = summary(made(), { ...PLAIN, outDir: 'out', page: '', doctor: '', view: 'deleted' });
		assert.match(text, /What deleted identities left in force {2}1/);
		assert.not.match(text, /^ {2}medium/m);
	});
	it('without it :: the findings', () =>
		assert.not.match(
			summary(made(), { ...PLAIN, outDir: 'out', page: '', doctor: '' }),
			/deleted identities/,
		));
});

describe('[html] kubeconfigs', it => {
	const page = (of: Parameters<typeof html>[0]) => render(html, of)['report.html'] ?? '';
	it('has the three sections only where a cloud was asked', () => {
		const ids = ['deleted-identities', 'kubeconfigs', 'kubeconfig-identities'];
		const found = (text: string) => ids.map(id => text.includes(`<section id="${id}"`));
		assert.equal(
			[found(page(cloudFleet())), found(page(report()))],
			[
				[true, true, true],
				[false, false, false],
			],
		);
	});
	it('says what cannot be told', () => {
		const text = page(cloudFleet());
		assert.match(
			text,
			/Rows may be missing of 2 clusters not read whole: shop-west, Alibaba Cloud account\./,
		);
		assert.match(text, /Nothing is known of it\./);
		assert.match(text, /failed: auditing_off/);
		assert.match(text, /Yes, but it was used in the last 7 days/);
		assert.match(text, /No\. It is the scan’s own/);
	});
	it('hostile names :: make no markup', () => {
		const text = page(hostileCloud());
		assert.not.match(text, /<script|<img|\son[a-z]+="/i);
		assert.not.match(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
	});
	it('many rows :: the page stays one that a browser opens at once', () => {
		const credentials = Array.from({ length: 20_000 }, (_, index) =>
			kubeconfig({ accountId: `2${String(index).padStart(17, '0')}` }),
		);
		const text = page(report({ clusters: [ackCluster()], credentials, identities: [], grants: [] }));
		assert.ok(text.length < 4_000_000, `${text.length}`);
		assert.match(text, /19,000 more rows not shown here: views\.clusters in result\.json has all 20,000\./);
	});
});
