import { loadBundle } from '../../evaluate/bundle.ts';
import { nearest } from '../../lib/nearest.ts';
import { ScanError } from '../../lib/scan-error.ts';
import type { Policy } from '../../model/policy.ts';
import { wrap } from '../../reporters/terminal.ts';
import { print } from '../stdout.ts';

/** Prints every policy: id, severity, title. */
export async function runList(): Promise<void> {
	const { catalog } = await loadBundle();
	const width = Math.max(...catalog.map(({ id }) => id.length));
	await print(
		catalog.map(policy => `${policy.id.padEnd(width)}  ${policy.severity.padEnd(8)}  ${policy.title}\n`),
	);
}

/** Prints the page of one policy. @throws {ScanError} USAGE naming the nearest id. */
export async function runExplain({ id }: { id: string }): Promise<void> {
	const { catalog } = await loadBundle();
	const policy = catalog.find(each => each.id === id);
	if (policy !== undefined) return print(`${page(policy).join('\n')}\n`);
	const close = nearest(
		id,
		catalog.map(each => each.id),
	);
	const hint = close === null ? 'kubelapse policy list names them' : `did you mean ${close}?`;
	throw new ScanError('USAGE', `there is no policy ${id}`, { hint });
}

function page(policy: Policy): string[] {
	const { severity, privilegedSeverity } = policy;
	const raised =
		severity === privilegedSeverity ? '' : `; ${privilegedSeverity} where the subject is privileged`;
	const params = Object.entries(policy.params).flatMap(([name, { default: value, description }]) =>
		indented(`${name} = ${JSON.stringify(value)}: ${description}`),
	);
	const controls = policy.controls.map(
		({ framework, version, id, strength }) =>
			`  ${framework} ${version} ${id}${strength === 'analogy' ? ' (by analogy)' : ''}`,
	);
	return [
		`${policy.id}: ${policy.title}`,
		'',
		...wrap(policy.description, COLUMNS),
		'',
		`Severity     ${severity}${raised}`,
		`Judges       each ${policy.kind}`,
		`Needs        ${policy.needs.join(', ') || 'nothing that may be missing'}`,
		'',
		'What ends it',
		...indented(policy.remediation),
		...(params.length > 0 ? ['', 'Thresholds (--params)', ...params] : []),
		...(controls.length > 0 ? ['', 'Controls', ...controls] : []),
	];
}

/** Columns of the narrowest terminal that is cared for. */
const COLUMNS = 80;

function indented(text: string): string[] {
	return wrap(text, COLUMNS - 2).map(line => `  ${line}`);
}
