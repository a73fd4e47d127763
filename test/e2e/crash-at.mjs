// Loaded before the command line: kills the process without a word at the nth line of a journal.
import { open } from 'node:fs/promises';

const [, point, phase] = /^(\d+) (before|torn|written)$/.exec(process.env.CRASH_AT ?? '') ?? [];
const file = await open(process.execPath);
const handles = Object.getPrototypeOf(file);
await file.close();
const { appendFile } = handles;
let lines = 0;
const isIt = () => lines === Number(point);

function die() {
	process.kill(process.pid, 'SIGKILL');
	return new Promise(() => undefined);
}

handles.appendFile = async function (data, ...rest) {
	if (!String(data).startsWith('{"seq":')) return appendFile.call(this, data, ...rest);
	lines++;
	if (isIt() && phase === 'before') await die();
	if (isIt() && phase === 'torn') {
		await appendFile.call(this, String(data).slice(0, String(data).length / 2), ...rest);
		await die();
	}
	await appendFile.call(this, data, ...rest);
	if (isIt() && phase === 'written') await die();
};
