import { readFileSync } from 'node:fs';

/** A file of the package, wherever it is installed; `src/cli` and `dist/cli` lie equally deep. */
export function packageFile(path: string): URL {
	return new URL(`../../${path}`, import.meta.url);
}

/** The version in package.json. */
export function version(): string {
	const value: unknown = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));
	const found = typeof value === 'object' && value !== null && 'version' in value ? value.version : null;
	return typeof found === 'string' ? found : 'unknown';
}
