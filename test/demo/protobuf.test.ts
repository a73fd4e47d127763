import { readReview } from '../../src/demo/protobuf.ts';
import { assert, describe } from '../helpers/describe.ts';

/** Seen from kubectl 1.32. */
const SENT = {
	whoami:
		'6b3873000a2d0a1861757468656e7469636174696f6e2e6b38732e696f2f7631121153656c665375626a656374526576696577121a0a100a0012001a0022002a0032003800420012060a040a0012001a002200',
	path: '6b3873000a320a17617574686f72697a6174696f6e2e6b38732e696f2f7631121753656c665375626a656374416363657373526576696577122f0a100a0012001a0022002a003200380042001211120f0a082f76657273696f6e12036765741a08080012001a0020001a002200',
	resource:
		'6b3873000a320a17617574686f72697a6174696f6e2e6b38732e696f2f7631121753656c665375626a65637441636365737352657669657712480a100a0012001a0022002a00320038004200122a0a280a0b6b7562652d73797374656d12046c6973741a0022002a077365637265747332036c6f673a01781a08080012001a0020001a002200',
	rules:
		'6b3873000a310a17617574686f72697a6174696f6e2e6b38732e696f2f7631121653656c665375626a65637452756c657352657669657712200a100a0012001a0022002a0032003800420012060a0473686f701a04180022001a002200',
};

describe('readReview', it => {
	it('reads what kubectl sends', () => {
		const resource = {
			namespace: 'kube-system',
			verb: 'list',
			resource: 'secrets',
			subresource: 'log',
			name: 'x',
		};
		assert.equal(
			Object.values(SENT).map(hex => readReview(Buffer.from(hex, 'hex'))),
			[
				{ spec: {} },
				{ spec: { nonResourceAttributes: { path: '/version', verb: 'get' } } },
				{ spec: { resourceAttributes: resource } },
				{ spec: { namespace: 'shop' } },
			],
		);
	});

	it('ends on whatever else there is', () => {
		const sent = Buffer.from(SENT.resource, 'hex');
		for (let length = 0; length < sent.length; length++) readReview(sent.subarray(0, length));
		for (let at = 0; at < sent.length; at++) {
			const changed = Buffer.from(sent);
			changed[at] = 0xff;
			readReview(changed);
		}
		const kind = Buffer.from('toString');
		const other = Buffer.concat([
			Buffer.from('k8s\0'),
			Buffer.from([10, kind.length + 2, 18, kind.length]),
			kind,
		]);
		for (const bytes of [other, Buffer.alloc(0), Buffer.from('k8s\0'), Buffer.from('{}'), sent.subarray(4)])
			assert.is(readReview(bytes), null);
	});
});
