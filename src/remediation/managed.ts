import { subjectKey } from '../lib/subject.ts';
import { oneLine } from '../lib/text.ts';
import type { Manager } from '../model/facts.ts';
import type { BindingTarget, Target } from '../model/plan.ts';
import type { ReportedGrant } from '../model/report.ts';
import { bindingName } from './bindings.ts';

/** Who would put a live change back, and where it is to be made instead; null where nobody would. */
const WHERE = {
	helm: 'Helm: change the chart or its values, and upgrade the release',
	argocd: 'Argo CD: change the manifest in its Git repository, and sync',
	flux: 'Flux: change the manifest in its Git repository, and reconcile',
	operator: 'the Operator Lifecycle Manager: change the operator’s bundle or subscription',
	addon_manager: 'the addon manager: change the manifest in its folder on the control plane',
	bootstrap: null,
	none: null,
} as const satisfies Record<Manager, string | null>;

/** The change to make where the binding comes from, as YAML; null where a live change stays. */
export function managedAdvice(
	{ manager, owner }: Pick<ReportedGrant, 'manager' | 'owner'>,
	target: Target,
): string[] | null {
	const where = WHERE[manager];
	if (where === null || target.kind !== 'binding') return null;
	return [
		`${oneLine(bindingName(target))} belongs to ${where}`,
		...(owner === '' ? [] : [`it is answered for by ${oneLine(owner)}`]),
		'a live change would be put back; the subjects are to be:',
		...subjectsYaml(target),
	];
}

function subjectsYaml({ subjects, remove }: BindingTarget): string[] {
	const gone = new Set(remove.map(subjectKey));
	const kept = subjects.filter(subject => !gone.has(subjectKey(subject)));
	if (kept.length === 0) return ['  # none: remove the binding'];
	return [
		'  subjects:',
		...kept.flatMap(({ kind, namespace, name }) => [
			`    - kind: ${kind}`,
			`      name: ${quoted(name)}`,
			kind === 'ServiceAccount'
				? `      namespace: ${quoted(namespace)}`
				: '      apiGroup: rbac.authorization.k8s.io',
		]),
	];
}

/** As YAML has it: whole, and with nothing in it that a terminal or a page would obey. */
function quoted(text: string): string {
	return JSON.stringify(text).replace(/[^\x20-\x7e]/gu, escapeYaml);
}

function escapeYaml(character: string): string {
	const hex = (character.codePointAt(0) ?? 0).toString(16);
	return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}
