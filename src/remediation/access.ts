import { describeFailure } from '../lib/api-error.ts';
import { impliedGroups, userOf } from '../lib/subject.ts';
import { oneLine } from '../lib/text.ts';
import type { AccessAnswer } from '../model/journal.ts';
import type { KubernetesApi } from '../providers/kubernetes/api.ts';
import type { AccessQuestion } from './actions/action.ts';

/** The API server's own authorizer follows its store: within a second, as a rule. */
const LOOKS = 6;
const APART_MS = 500;
/** Of many subjects, some tell enough. */
const MOST_QUESTIONS = 10;

/** Asks whether those who were removed may still do what their role allowed, and by what. */
export async function askAccess(
	api: KubernetesApi,
	questions: AccessQuestion[],
	pause: (ms: number) => Promise<void>,
): Promise<AccessAnswer[]> {
	const answers: AccessAnswer[] = [];
	for (const question of questions.slice(0, MOST_QUESTIONS)) {
		for (let look = 1; ; look++) {
			const answer = await askOnce(api, question);
			// By the very binding: the authorizer has not heard of the change yet.
			const isLate = answer.allowed === true && answer.reason.includes(`"${question.binding}`);
			if (!isLate || look === LOOKS) {
				answers.push(answer);
				break;
			}
			await pause(APART_MS);
		}
	}
	return answers;
}

async function askOnce(api: KubernetesApi, { subject, attributes }: AccessQuestion): Promise<AccessAnswer> {
	const asked = questionName(attributes);
	const who =
		subject.kind === 'Group'
			? { groups: [subject.name] }
			: { user: userOf(subject), groups: impliedGroups(subject) };
	const spec =
		'path' in attributes
			? { ...who, nonResourceAttributes: attributes }
			: { ...who, resourceAttributes: subresource(attributes) };
	try {
		const review = (await api.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
			apiVersion: 'authorization.k8s.io/v1',
			kind: 'SubjectAccessReview',
			spec,
		})) as { status?: { allowed?: unknown; reason?: unknown } } | null;
		const { allowed, reason } = review?.status ?? {};
		return {
			subject,
			asked,
			allowed: typeof allowed === 'boolean' ? allowed : null,
			reason: typeof reason === 'string' ? oneLine(reason, 300) : '',
		};
	} catch (error) {
		return { subject, asked, allowed: null, reason: describeFailure(error).message };
	}
}

function subresource(attributes: { verb: string; group: string; resource: string; namespace: string }) {
	const [resource = '', part] = attributes.resource.split('/');
	return { ...attributes, resource, ...(part === undefined ? {} : { subresource: part }) };
}

function questionName(attributes: AccessQuestion['attributes']): string {
	if ('path' in attributes) return oneLine(`${attributes.verb} ${attributes.path}`, 200);
	const { verb, resource, namespace } = attributes;
	return oneLine(`${verb} ${resource}${namespace === '' ? '' : ` in ${namespace}`}`, 200);
}
