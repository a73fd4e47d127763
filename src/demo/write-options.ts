import { isObject, parseJson } from './parse-json.ts';
import { failure, invalid } from './status.ts';
import type { Answer } from './wire.ts';

/** How a write is to be done, beside the object that it names or brings. */
export interface WriteOptions {
	isDryRun: boolean;
	/** What the object still has to be, to be deleted. */
	preconditions: { uid?: string; resourceVersion?: string };
}

const OPTIONS = { create: 'CreateOptions', patch: 'PatchOptions', delete: 'DeleteOptions' };

/**
 * Reads what a write asks for beside its object, or says why it cannot be read.
 * A delete that has a body is taken by that alone: `?dryRun=All` beside it deletes in earnest, at the real server too.
 */
export function readOptions(
	verb: keyof typeof OPTIONS,
	query: URLSearchParams,
	body: string,
): WriteOptions | Answer {
	const read = verb === 'delete' && body !== '' ? readBody(body) : { dryRun: query.getAll('dryRun') };
	if ('code' in read) return read;
	const { dryRun, preconditions = {} } = read;
	const isOther = dryRun.some(stage => stage !== 'All');
	if (!isOther) return { isDryRun: dryRun.length > 0, preconditions };
	const message = `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`;
	const cause = { reason: 'FieldValueNotSupported', message, field: 'dryRun' } as const;
	return invalid('meta.k8s.io', OPTIONS[verb], '', [cause]);
}

/** DeleteOptions, as far as they are read. */
interface OptionsBody {
	dryRun: string[];
	preconditions?: WriteOptions['preconditions'];
}

function readBody(text: string): OptionsBody | Answer {
	const parsed = parseJson(text);
	const body = parsed === null ? {} : parsed;
	if (!isObject(body)) return unreadable("couldn't get version/kind; json parse error");
	const { kind = 'DeleteOptions', apiVersion = 'v1', dryRun, preconditions } = body;
	if (kind !== 'DeleteOptions') {
		return unreadable(
			`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`,
		);
	}
	const stages = dryRun ?? [];
	if (!isListOfText(stages)) return unreadable(mismatch('dryRun', '[]string'));
	const wanted = preconditions ?? {};
	if (!isObject(wanted)) return unreadable(mismatch('preconditions', 'v1.Preconditions'));
	const { uid, resourceVersion } = wanted;
	if (!isTextOrNone(uid)) return unreadable(mismatch('preconditions.uid', 'types.UID'));
	if (!isTextOrNone(resourceVersion)) return unreadable(mismatch('preconditions.resourceVersion', 'string'));
	const asked = { ...(uid == null ? {} : { uid }), ...(resourceVersion == null ? {} : { resourceVersion }) };
	return { dryRun: stages, preconditions: asked };
}

function isListOfText(value: unknown): value is string[] {
	return Array.isArray(value) && value.every(item => typeof item === 'string');
}

function isTextOrNone(value: unknown): value is string | null | undefined {
	return typeof value === 'string' || value === null || value === undefined;
}

function mismatch(field: string, type: string): string {
	return `json: cannot unmarshal a value into Go struct field DeleteOptions.${field} of type ${type}`;
}

/** The real server takes its own options for its own fault. */
function unreadable(message: string): Answer {
	return failure(500, '', message);
}
