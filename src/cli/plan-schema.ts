import { z } from 'zod';
import { ScanError } from '../lib/scan-error.ts';
import { oneLine } from '../lib/text.ts';
import type { Approval } from '../model/approval.ts';
import {
	type ActionName,
	actionNames,
	type Plan,
	refusalReasons,
	type Step,
	type Target,
} from '../model/plan.ts';
import { stepId } from '../remediation/choose.ts';
import { planDigest } from '../remediation/seal-plan.ts';
import { readJson } from './read-text.ts';

const text = z.string();
const texts = z.array(text);
const seconds = z.int();
const count = z.int().min(0);
const named = z.strictObject({ uid: text.min(1), name: text });
const subject = z.strictObject({
	kind: z.enum(['User', 'Group', 'ServiceAccount']),
	name: text.min(1),
	namespace: text,
});

const target = z.discriminatedUnion('kind', [
	z.strictObject({
		kind: z.literal('binding'),
		uid: text.min(1),
		bindingKind: z.enum(['RoleBinding', 'ClusterRoleBinding']),
		namespace: text,
		name: text.min(1),
		role: z.strictObject({ kind: z.enum(['Role', 'ClusterRole']), name: text.min(1) }),
		subjects: z.array(subject).min(1),
		remove: z.array(subject).min(1),
	}),
	z.strictObject({
		kind: z.literal('secret'),
		uid: text.min(1),
		namespace: text.min(1),
		name: text.min(1),
		type: z.enum(['kubernetes.io/service-account-token', 'bootstrap.kubernetes.io/token']),
		invalidSince: seconds.nullable(),
		username: text,
	}),
	z.strictObject({
		kind: z.literal('kubeconfig'),
		uid: text.min(1),
		account: z.string().regex(/^\d{10,20}$/),
		region: text,
		force: z.boolean(),
		bindings: count,
	}),
	z.strictObject({
		kind: z.literal('kubeconfigs'),
		uid: text.min(1),
		account: z.string().regex(/^\d{10,20}$/),
		force: z.boolean(),
		clusters: z.array(z.strictObject({ uid: text.min(1), name: text, region: text, bindings: count })).min(1),
	}),
	z.strictObject({
		kind: z.literal('credential'),
		uid: text.min(1),
		username: text,
		notAfter: seconds.nullable(),
	}),
	z.strictObject({ kind: z.literal('identity'), uid: text.min(1), name: text }),
]);

const permission = z.strictObject({
	needs: texts,
	allowed: z.enum(['yes', 'no', 'unknown']),
	missing: texts,
});
const grade = z.enum(['A', 'B', 'C', 'D', 'none']);

const step = z.strictObject({
	id: z.string().regex(/^[0-9a-f]{12}$/),
	action: z.enum(actionNames),
	target,
	cluster: named,
	findings: texts,
	evidence: z.strictObject({
		grade,
		result: z.enum(['used', 'unused', 'unavailable', 'not_judged']),
		last: seconds.nullable(),
		reasons: texts,
	}),
	ends: texts,
	remains: texts,
	preconditions: z.array(
		z.discriminatedUnion('is', [
			z.strictObject({ is: z.literal('object'), uid: text }),
			z.strictObject({ is: z.literal('findings'), ids: texts }),
			z.strictObject({ is: z.literal('identity'), name: text, state: text }),
			z.strictObject({ is: z.literal('unused'), since: seconds.nullable() }),
			z.strictObject({ is: z.literal('cluster_state'), state: text }),
			z.strictObject({ is: z.literal('caller') }),
		]),
	),
	undo: text,
	permission: z.strictObject({ step: permission, undo: permission }),
	instructions: texts,
});

/** `plan.json`. */
export const planSchema = z.strictObject({
	apiVersion: z.literal('kubelapse/plan/v1'),
	digest: z
		.string()
		.regex(/^[0-9a-f]{64}$/)
		.describe('SHA-256 over everything else, in canonical JSON'),
	createdAt: seconds,
	result: z.strictObject({
		now: seconds,
		version: text,
		policyDigest: text,
		clusters: z.array(
			z.strictObject({ uid: text, name: text, collectedAt: seconds, server: text, authorities: texts }),
		),
	}),
	options: z.strictObject({
		only: texts,
		exclude: texts,
		policies: texts,
		clusters: texts,
		identities: texts,
		force: z.boolean(),
		noRestore: z.boolean(),
		revokeOwn: z.boolean(),
		bulk: z.boolean(),
		quarantineDays: count,
		offboard: text.nullable(),
		denyPack: z.boolean(),
	}),
	steps: z.array(step),
	refused: z.array(
		z.strictObject({
			target: text,
			cluster: z.strictObject({ uid: text, name: text }),
			code: z.enum(refusalReasons),
			reason: text,
			findings: texts,
		}),
	),
});

const approvalSchema = z.strictObject({
	apiVersion: z.literal('kubelapse/approval/v1'),
	plan: z.string().regex(/^[0-9a-f]{64}$/),
	at: seconds,
	key: text.min(1).max(1000),
	signature: text.min(1).max(1000),
});

/** What each action is about. */
const TARGETS = {
	check_use: ['identity'],
	advise: ['credential', 'binding', 'identity'],
	deny_pack: ['credential'],
	quarantine_token_secret: ['secret'],
	delete_token_secret: ['secret'],
	delete_bootstrap_token: ['secret'],
	clean_user_permissions: ['kubeconfigs'],
	clean_permissions: ['kubeconfig'],
	remove_subjects: ['binding'],
	delete_binding: ['binding'],
	revoke_kubeconfig: ['kubeconfig'],
	delete_identity: ['identity'],
} as const satisfies Record<ActionName, readonly Target['kind'][]>;

/** A plan, whole and as it was made. @throws {ScanError} PLAN_INVALID, naming the place. */
export async function readPlan(path: string): Promise<Plan> {
	const value = await readJson(path, 'plan', 'PLAN_INVALID');
	const refuse = (problem: string, hint: string) =>
		new ScanError('PLAN_INVALID', `${oneLine(path)} ${problem}; nothing was done`, { hint });
	const version = (value as { apiVersion?: unknown } | null)?.apiVersion;
	if (typeof version === 'string' && version.startsWith('kubelapse/plan/') && version !== 'kubelapse/plan/v1')
		throw refuse(`is of another version (${oneLine(version, 60)})`, 'make it again with this kubelapse');
	const parsed = planSchema.safeParse(value);
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		const place = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
		throw refuse(`is no plan of kubelapse${oneLine(place, 300)}`, 'name a file that kubelapse plan wrote');
	}
	const plan: Plan = parsed.data;
	if (planDigest(plan) !== plan.digest)
		throw refuse(
			'was changed after it was made: its digest is another',
			'leave plans as they are; --only and --exclude choose steps',
		);
	const ids = new Set<string>();
	for (const one of plan.steps) {
		const wrong = wrongStep(one, ids);
		if (wrong !== '')
			throw refuse(
				`holds a step that no plan has (${one.id}: ${wrong})`,
				'make it again with kubelapse plan',
			);
		ids.add(one.id);
	}
	return plan;
}

/** Why a step cannot be one that was planned, whatever the digest says. */
function wrongStep({ id, action, target, cluster }: Step, ids: ReadonlySet<string>): string {
	const kinds: readonly string[] = TARGETS[action];
	if (!kinds.includes(target.kind)) return `${action} is not about a ${target.kind}`;
	if (id !== stepId(action, cluster.uid, target.uid)) return 'its id is not its own';
	if (ids.has(id)) return 'it stands there twice';
	if (
		action === 'delete_binding' &&
		target.kind === 'binding' &&
		target.remove.length !== target.subjects.length
	)
		return 'it deletes a binding that keeps subjects';
	if (
		target.kind === 'secret' &&
		(target.type === 'bootstrap.kubernetes.io/token') !== (action === 'delete_bootstrap_token')
	)
		return 'its Secret is of another kind';
	return '';
}

/** @throws {ScanError} APPROVAL_INVALID */
export async function readApproval(path: string): Promise<Approval> {
	const parsed = approvalSchema.safeParse(await readJson(path, 'approval', 'APPROVAL_INVALID'));
	if (parsed.success) return parsed.data;
	throw new ScanError('APPROVAL_INVALID', `${oneLine(path)} is no approval of kubelapse`, {
		hint: 'name a file that kubelapse approve wrote',
	});
}
