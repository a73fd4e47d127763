import { inlinePem, kubeconfigText, type YamlMap } from '../../../src/demo/kubeconfig.ts';
import { readIssued } from '../../../src/providers/alibaba/issued.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { alice, issuer } from '../../helpers/kubeconfig-folder.ts';

const KEY = inlinePem('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
const CLUSTER = { server: 'https://203.0.113.10:6443', 'certificate-authority-data': inlinePem(issuer.pem) };
const USER = { 'client-certificate-data': inlinePem(alice.pem), 'client-key-data': KEY };

const issued = (cluster: YamlMap = {}, user: YamlMap = {}) =>
	kubeconfigText({
		name: 'kubernetes',
		cluster: { ...CLUSTER, ...cluster },
		userName: '200000000000000001',
		user: { ...USER, ...user },
	});
const without = (text: string, field: string) => text.replace(new RegExp(`^ *${field}: .*\\n`, 'm'), '');

const problemOfIssued = (text: string) => {
	const issued = readIssued(text);
	return 'problem' in issued ? issued.problem : '';
};

describe('readIssued', it => {
	it('has nothing against a certificate with its key, for a server that is verified', () => {
		assert.is(problemOfIssued(issued()), '');
		assert.is(problemOfIssued(`\n${issued()}`), '');
	});

	const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/sh', args: ['-c', 'id'] };
	const REFUSED: [title: string, text: string, problem: string][] = [
		['http', issued({ server: 'http://203.0.113.10:6443' }), 'its server is not https'],
		['no server', issued({ server: 'file:///etc/passwd' }), 'its server is not https'],
		['unverified', issued({ 'insecure-skip-tls-verify': true }), 'it skips the verification of the server'],
		['no CA', without(issued(), 'certificate-authority-data'), 'it brings no CA of its own'],
		[
			'a CA from a file',
			without(issued({ 'certificate-authority': '/etc/passwd' }), 'certificate-authority-data'),
			'it brings no CA of its own',
		],
		['a proxy', issued({ 'proxy-url': 'http://198.51.100.7:3128' }), 'it names a proxy'],
		['a command', issued({}, { exec }), 'it names a command'],
		[
			'an auth provider',
			issued({}, { 'auth-provider': { name: 'gcp', config: { 'cmd-path': '/bin/sh' } } }),
			'it names an auth provider',
		],
		['a token from a file', issued({}, { tokenFile: '/etc/passwd' }), 'it names a file'],
		[
			'a key from a file',
			without(issued({}, { 'client-key': '/root/.ssh/id_rsa' }), 'client-key-data'),
			'it names a file',
		],
		[
			'a certificate from a file',
			without(issued({}, { 'client-certificate': '../../x' }), 'client-certificate-data'),
			'it names a file',
		],
		['no certificate', without(issued(), 'client-certificate-data'), 'it holds no certificate with its key'],
		['a token beside it', issued({}, { token: 'abc.def' }), 'it holds more than a certificate'],
		[
			'a password beside it',
			issued({}, { username: 'a', password: 'b' }),
			'it holds more than a certificate',
		],
		['no context', without(issued(), 'current-context'), 'it has no current context'],
		['HTML', '<html><h1>Bad Gateway</h1></html>', 'it is no kubeconfig'],
		['binary data', '\u0000\u0001', 'it is no kubeconfig'],
		['nothing', '', 'it is no kubeconfig'],
	];
	for (const [title, text, problem] of REFUSED)
		it(`refuses what would run, read or trust something else :: ${title}`, () =>
			assert.is(problemOfIssued(text), problem));
});
