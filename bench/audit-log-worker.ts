import { readAuditTrail } from '../src/providers/audit-log/read-audit-trail.ts';

const [path = ''] = process.argv.slice(2);
const { signal } = new AbortController();
const options = { knownCredentialIds: [], showSources: false, salt: 'bench', signal };
const start = performance.now();
const { streams, actors, requests } = await readAuditTrail([{ name: 'bench', globs: [path] }], options);
const seconds = (performance.now() - start) / 1000;
const [{ events = 0, malformed = 0, problems = [] } = {}] = streams;
console.log(
	JSON.stringify({ seconds, events, malformed, problems, actors: actors.length, requests: requests.length }),
);
