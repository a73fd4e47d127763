import { readdirSync, readFileSync } from 'node:fs';

/** The texts of `reports/templates/`. */
export interface Templates {
	/** Handlebars by file name without `.hbs`. */
	handlebars: Record<string, string>;
	style: string;
}

/** The same folder from `src/reporters/` and from `dist/reporters/`. */
const FOLDER = new URL('../../reports/templates/', import.meta.url);

let loaded: Templates | undefined;

/** Reads the templates once a process; the one place where reporters touch the disk. */
export function templates(): Templates {
	loaded ??= load();
	return loaded;
}

function load(): Templates {
	const names = readdirSync(FOLDER).filter(name => name.endsWith('.hbs'));
	return {
		handlebars: Object.fromEntries(names.map(name => [name.slice(0, -'.hbs'.length), read(name)])),
		style: read('report.css'),
	};
}

function read(name: string): string {
	return readFileSync(new URL(name, FOLDER), 'utf8');
}
