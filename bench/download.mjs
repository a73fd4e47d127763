// What reading alone costs: the same lists as a scan, page by page, parsed and dropped. Nothing but Node.
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:https';

const kubeconfig = readFileSync(process.argv[2] ?? '', 'utf8');
const field = name =>
	new RegExp(`${name}: (?:>-\\s+)?"?([\\w+/=:.\\s-]+?)"?\\n(?=\\s*[\\w-]+:|\\S)`).exec(
		`${kubeconfig}\nend`,
	)?.[1] ?? '';
const decoded = name => Buffer.from(field(name), 'base64');
const server = /server: (\S+)/.exec(kubeconfig)?.[1];
const agent = new Agent({
	keepAlive: true,
	ca: decoded('certificate-authority-data'),
	cert: decoded('client-certificate-data'),
	key: decoded('client-key-data'),
});

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
const secrets = type => `/api/v1/secrets?fieldSelector=${encodeURIComponent(`type=${type}`)}&`;
const lists = [
	[`${RBAC}/clusterrolebindings?`],
	[`${RBAC}/rolebindings?`],
	[`${RBAC}/clusterroles?`],
	[`${RBAC}/roles?`],
	['/api/v1/serviceaccounts?', METADATA],
	[secrets('kubernetes.io/service-account-token'), METADATA],
	[secrets('bootstrap.kubernetes.io/token'), METADATA],
	['/apis/certificates.k8s.io/v1/certificatesigningrequests?'],
];

function page(path, accept = 'application/json') {
	return new Promise((resolve, reject) => {
		get(server + path, { agent, headers: { accept } }, response => {
			const chunks = [];
			response.on('data', chunk => chunks.push(chunk));
			response.on('error', reject);
			response.on('end', () => {
				if (response.statusCode === 200) resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
				else reject(new Error(`${path}: HTTP ${response.statusCode}`));
			});
		}).on('error', reject);
	});
}

let count = 0;
for (const [path, accept] of lists) {
	let next = '';
	do {
		const { items, metadata } = await page(`${path}limit=500&continue=${encodeURIComponent(next)}`, accept);
		count += items?.length ?? 0;
		next = metadata.continue ?? '';
	} while (next !== '');
}
console.log(count);
