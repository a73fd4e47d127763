/**
 * Where a worker thread starts. From the built code that is worker.js; from the sources (tests, the
 * development CLI) a worker of Node 20 does not load TypeScript by itself, whatever its parent does,
 * so a few lines of JavaScript bring in tsx first.
 */
export function workerEntry(): URL {
	if (!import.meta.url.endsWith('.ts')) return new URL('./worker.js', import.meta.url);
	const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'));
	const worker = JSON.stringify(new URL('./worker.ts', import.meta.url).href);
	const code = `import { register } from ${tsx}; register(); await import(${worker});`;
	return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
