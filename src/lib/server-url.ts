/**
 * The URL of an API server as it is compared and shown: scheme, host, port where it is not the
 * default, and path; a user name, password, query or fragment in it is dropped.
 * @param defaultScheme what a URL without a scheme gets (`host:6443`).
 * @returns empty when it is no http or https URL.
 */
export function normalizeServer(text: string, defaultScheme: 'https' | 'http' = 'https'): string {
	const trimmed = text.trim();
	const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `${defaultScheme}://${trimmed}`;
	if (!URL.canParse(url)) return '';
	const { protocol, origin, pathname } = new URL(url);
	if (protocol !== 'https:' && protocol !== 'http:') return '';
	return origin + withoutTrailingSlashes(pathname);
}

/** Not by a pattern: `/+$` takes quadratic time on many slashes that something follows. */
function withoutTrailingSlashes(path: string): string {
	let end = path.length;
	while (path[end - 1] === '/') end--;
	return path.slice(0, end);
}

/** Whether a normalised URL leads to whatever machine asks: then it names no cluster. */
export function isLoopback(server: string): boolean {
	if (!URL.canParse(server)) return false;
	return /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(new URL(server).hostname);
}

/**
 * Whether a normalised URL leads to an address that every network may have once (RFC 1918, RFC 6598, RFC 4193,
 * link-local): it names a cluster only together with its network.
 */
export function isPrivate(server: string): boolean {
	if (!URL.canParse(server)) return false;
	const { hostname } = new URL(server);
	if (/^\[(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/.test(hostname)) return true;
	const [, a = '', b = ''] = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(hostname) ?? [];
	const second = Number(b);
	if (a === '10' || (a === '192' && b === '168') || (a === '169' && b === '254')) return true;
	return (a === '172' && second >= 16 && second <= 31) || (a === '100' && second >= 64 && second <= 127);
}
