import { z } from 'zod';

const text = z.string();
const texts = z.array(text);
const seconds = z.int();
const count = z.int().min(0);
const span = z.object({ from: seconds, to: seconds });

const stream = z.object({
	name: text,
	files: count,
	events: count,
	malformed: count,
	duplicates: count,
	window: span.nullable(),
	holes: z.array(span),
	holesTotal: count,
	problems: texts,
});

const actor = z.object({
	credentialId: text,
	hasOtherId: z.boolean(),
	username: text,
	userUid: text,
	tokenSecret: text,
	impersonator: text,
	first: seconds,
	last: seconds,
	lastAllowed: seconds.nullable(),
	allowed: count,
	denied: count,
	agents: texts,
	sources: texts,
	sourcesTotal: count,
});

const request = z.object({
	username: text,
	verb: text,
	apiGroup: text,
	resource: text,
	namespace: text,
	path: text,
	allowed: count,
	denied: count,
	names: texts.nullable(),
});

/** The folded audit log in a file of facts; its certificates are checked as the facts' own are. */
export function auditSchema<T extends z.ZodType>(credential: T) {
	return z.object({
		origin: z.enum(['files', 'sls']),
		streams: z.array(stream),
		policy: z
			.object({ dropsRequests: z.boolean(), users: texts, groups: texts, resources: texts })
			.nullable(),
		actors: z.array(actor),
		requests: z.array(request),
		issued: z.array(credential),
		opaqueRequests: count,
	});
}
