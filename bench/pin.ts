import { existsSync, readFileSync } from 'node:fs';

const TASKSET = '/usr/bin/taskset';
const allowed = existsSync(TASKSET) ? allowedCores() : [];

/** Whether processes can be confined to some cores here; else each command runs as it is. */
export const canPin = allowed.length > 1;

/** A command confined to the first `count` cores that this process may use. */
export function pin(count: number, command: string[]): string[] {
	return canPin ? [TASKSET, '--cpu-list', allowed.slice(0, count).join(','), ...command] : command;
}

/** Linux writes them as `0-3,8`. */
function allowedCores(): number[] {
	const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
	return list.split(',').flatMap(range => {
		const [first = 0, last = first] = range.split('-').map(Number);
		return Array.from({ length: last - first + 1 }, (_, at) => first + at);
	});
}
