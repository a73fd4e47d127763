import { formatDay, formatRfc3339 } from '../lib/epoch.ts';
import { groupBy } from '../lib/group-by.ts';
import { oneLine, plural } from '../lib/text.ts';
import { advice, type PermissionAnswer, type Plan, type Refusal, type Step } from '../model/plan.ts';
import { targetName } from '../remediation/plan.ts';
import type { StepResult } from '../remediation/run-step.ts';
import { wrap } from '../reporters/terminal.ts';

const COLUMNS = 80;
const LABEL = 10;
/** More names tell a person no more. */
const MOST = 3;

/** A plan as a person reads it, step by step, and what is not planned. */
export function planText(plan: Plan, objects: ReadonlyMap<string, number>): string {
	const deeds = plan.steps.filter(step => !isAdvice(step));
	const total = [...objects.values()].reduce((sum, each) => sum + each, 0);
	const head = [
		`Plan ${plan.digest.slice(0, 12)} from the scan of ${formatRfc3339(plan.result.now)}`,
		`${plural(deeds.length, 'step')} on ${plural(total, 'object')}, ${plural(plan.steps.length - deeds.length, 'piece', 'pieces')} of advice, ${plural(plan.refused.length, 'target')} not planned`,
	];
	return lines([...head, ...stepLines(plan.steps), ...refusalLines(plan.refused)]);
}

const lines = (all: string[]) => `${all.join('\n')}\n`;
const isAdvice = ({ action }: Step) => advice.some(each => each === action);

/** Steps under their clusters, in order. */
export function stepLines(steps: Step[]): string[] {
	const groups = [...groupBy(steps, ({ cluster }) => cluster.uid).values()];
	return groups.flatMap(group => ['', oneLine(group[0].cluster.name, COLUMNS), ...group.flatMap(oneStep)]);
}

function oneStep(step: Step): string[] {
	const { id, action, target, evidence, ends, remains, undo, permission, instructions } = step;
	const text =
		target.kind === 'binding' && !isAdvice(step)
			? ` (${plural(target.remove.length, 'subject')})`
			: 'force' in target && target.force
				? ' (Force: without the seven-day check of the service)'
				: '';
	const used = evidence.last === null ? '' : `, last seen ${formatDay(evidence.last)}`;
	const grade =
		evidence.grade === 'none' ? used : `; evidence of grade ${evidence.grade}: ${evidence.result}${used}`;
	return [
		'',
		...indented(2, `${id}  ${action}  ${targetName(target)}${text}`),
		...field(
			'why',
			evidence.reasons.map((reason, at) => reason + (at === 0 ? grade : '')),
		),
		...field('ends', ends),
		...field('remains', remains),
		...(action === 'deny_pack' ? [] : field('do', instructions)),
		...(isAdvice(step)
			? []
			: [
					...field('undo', [undo]),
					...field('permitted', [answer('step', permission.step), answer('undo', permission.undo)]),
				]),
	];
}

function answer(what: string, { allowed, needs, missing }: PermissionAnswer): string {
	if (needs.length === 0) return `${what}: there is none`;
	if (allowed === 'yes') return `${what}: yes`;
	if (allowed === 'no') return `${what}: no, it lacks ${missing.map(each => oneLine(each, 120)).join(', ')}`;
	return `${what}: not known; it takes ${needs.map(each => oneLine(each, 120)).join(', ')}`;
}

function indented(margin: number, text: string): string[] {
	return wrap(text, COLUMNS - margin).map(line => ' '.repeat(margin) + line);
}

function field(label: string, texts: string[]): string[] {
	const margin = ' '.repeat(4 + LABEL);
	return texts.flatMap((text, at) =>
		block(text, COLUMNS - margin.length).map((line, part) =>
			at === 0 && part === 0 ? `    ${label.padEnd(LABEL)}${line}` : margin + line,
		),
	);
}

/** A paragraph; what is indented, as YAML is, stays on its line. A plan may hold anything: no line of it is a line here. */
function block(text: string, columns: number): string[] {
	const [indent = ''] = /^ +/.exec(text) ?? [];
	return indent === ''
		? wrap(oneLine(text, 1000), columns)
		: [indent + oneLine(text.slice(indent.length), 1000)];
}

/** What is not planned, by cluster and reason, with the first few of each. */
function refusalLines(refused: Refusal[]): string[] {
	if (refused.length === 0) return [];
	const groups = groupBy(refused, ({ cluster, code, reason }) => JSON.stringify([cluster.uid, code, reason]));
	return [
		'',
		'Not planned',
		...[...groups.values()].flatMap(group => {
			const [{ cluster, code, reason }] = group;
			const names = group.slice(0, MOST).map(({ target }) => oneLine(target, 60));
			const more = group.length > MOST ? ` and ${group.length - MOST} more` : '';
			return [
				...indented(2, `${oneLine(cluster.name, 40)}  ${code}: ${oneLine(reason, 400)}`),
				...indented(6, `${names.join(', ')}${more}`),
			];
		}),
	];
}

/** One line for a step that has ended. No colon: what follows `some-token:` is taken for a token, and removed. */
export function resultLine({ step, outcome, reason }: StepResult): string {
	const where = `${oneLine(step.cluster.name, 40)}: ${step.id} ${step.action} ${targetName(step.target)}`;
	return `${outcome.padEnd(11)} ${where}${reason === '' ? '' : `; ${oneLine(reason, 400)}`}`;
}
