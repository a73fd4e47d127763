import type { Permission, PermissionAnswer, Plan, Step } from '../model/plan.ts';
import type { KubernetesApi } from '../providers/kubernetes/api.ts';
import { actionOf } from './actions/index.ts';
import type { Hands } from './hands.ts';
import { sealPlan } from './seal-plan.ts';

/** The plan with what whoever plans may do of it, and of undoing it, as each API server says itself. */
export async function withPermissions(plan: Plan, handsOf: (cluster: string) => Hands | null): Promise<Plan> {
	const known = new Map<string, Promise<boolean | null>>();
	const steps: Step[] = [];
	for (const step of plan.steps) {
		const deed = actionOf(step);
		const api = handsOf(step.cluster.uid)?.kubernetes ?? null;
		if (deed === null) {
			steps.push(step);
			continue;
		}
		const ask = (permission: Permission) => askOnce(known, step.cluster.uid, api, permission);
		const permission = {
			step: await answered(deed.permissions(step.target), ask),
			undo: await answered(deed.undoPermissions(step.target), ask),
		};
		steps.push({ ...step, permission });
	}
	return sealPlan({ ...plan, steps });
}

async function answered(
	needs: Permission[],
	ask: (permission: Permission) => Promise<boolean | null>,
): Promise<PermissionAnswer> {
	const answers = await Promise.all(needs.map(async need => [need.name, await ask(need)] as const));
	const missing = answers.flatMap(([name, isAllowed]) => (isAllowed === false ? [name] : []));
	const isKnown = answers.every(([, isAllowed]) => isAllowed !== null);
	return {
		needs: needs.map(({ name }) => name),
		allowed: missing.length > 0 ? 'no' : isKnown ? 'yes' : 'unknown',
		missing,
	};
}

/** Null where nobody can be asked. */
function askOnce(
	known: Map<string, Promise<boolean | null>>,
	cluster: string,
	api: KubernetesApi | null,
	{ attributes }: Permission,
): Promise<boolean | null> {
	if (api === null || attributes === null) return Promise.resolve(null);
	const key = JSON.stringify([cluster, attributes]);
	const asked =
		known.get(key) ??
		api
			.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
				apiVersion: 'authorization.k8s.io/v1',
				kind: 'SelfSubjectAccessReview',
				spec: { resourceAttributes: attributes },
			})
			.then(
				review => {
					const allowed = (review as { status?: { allowed?: unknown } } | null)?.status?.allowed;
					return typeof allowed === 'boolean' ? allowed : null;
				},
				() => null, // who gets no answer does not know
			);
	known.set(key, asked);
	return asked;
}
