import { readdirSync, readFileSync } from 'node:fs';
import { assert, describe } from './helpers/describe.ts';

const ROOT = new URL('..', import.meta.url);

function filesBelow(folder: string, ending: string): string[] {
	const all = readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' });
	return all.filter(path => path.endsWith(ending)).map(path => `${folder}/${path}`);
}

const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

describe('conventions', it => {
	it('tests use uvu only through describe, which runs every suite', () => {
		const tests = filesBelow('test', '.test.ts');
		const astray = tests.filter(path => {
			const text = read(path);
			return (
				!/import \{[^}]*\bdescribe\b[^}]*\} from '.*helpers\/describe\.ts'/.test(text) ||
				/^import .*'uvu/m.test(text)
			);
		});
		assert.ok(tests.length > 20);
		assert.equal(astray, []);
	});

	it('only lib/x509.ts imports the certificate library, which needs its polyfill first', () => {
		const users = filesBelow('src', '.ts').filter(path => read(path).includes("'@peculiar/x509'"));
		assert.equal(users, ['src/lib/x509.ts']);
	});

	it('templates never print what is not escaped', () => {
		const templates = filesBelow('reports/templates', '.hbs');
		assert.ok(templates.length > 3);
		assert.equal(
			templates.filter(path => read(path).includes('{{{')),
			[],
		);
	});
});
