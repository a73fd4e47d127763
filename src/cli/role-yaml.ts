import { Document, visit } from 'yaml';
import { formatRfc3339 } from '../lib/epoch.ts';
import { oneLine, plural } from '../lib/text.ts';
import type { AuditRequest, AuditTrail } from '../model/audit.ts';
import { type RbacObject, suggestRole } from '../remediation/suggest-role.ts';
import { rbacSubject } from './usage-subject.ts';

/**
 * The smallest roles for what a user did, as YAML that kubectl takes, under a comment that says what is known.
 * @param missing why the log does not show all.
 */
export function roleYaml(
	username: string,
	{ streams, requests }: Pick<AuditTrail, 'streams' | 'requests'>,
	missing: string[],
): string {
	const own = requests.filter(request => request.username === username);
	const objects = suggestRole(own, rbacSubject(username));
	const comment = [...header(username, streams, own), ...missing.map(sentence => `Missing: ${sentence}`)];
	const head = comment.map(line => `# ${oneLine(line, 500)}\n`).join('');
	return head + objects.map(object => `---\n${documentOf(object)}`).join('');
}

function header(username: string, streams: AuditTrail['streams'], own: AuditRequest[]): string[] {
	const allowed = sum(own.map(request => request.allowed));
	const denied = sum(own.map(request => request.denied));
	return [
		`What ${oneLine(username)} did, as roles: review it, it knows only this window.`,
		...streams.map(({ name, window, events }) => {
			const span =
				window === null ? 'no event' : `${formatRfc3339(window.from)} to ${formatRfc3339(window.to)}`;
			return `Log ${oneLine(name)}: ${span}, ${plural(events, 'event')} of anybody`;
		}),
		`${plural(allowed, 'request')} let through; ${plural(denied, 'refused request')} left out`,
		...(allowed === 0 ? ['Nothing was let through: there is no role to suggest.'] : []),
	];
}

function sum(counts: number[]): number {
	return counts.reduce((total, count) => total + count, 0);
}

/** What a terminal would act on, or a reader not see. */
const UNSAFE =
	/[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const CONTROL = /\p{Cc}/u;

function documentOf(object: RbacObject): string {
	// kubectl reads YAML 1.1, where `no` and `1:30` are no texts.
	const document = new Document(object, { compat: 'yaml-1.1', aliasDuplicateObjects: false });
	visit(document, {
		Scalar: (_, node) => {
			const { value } = node;
			// Escapes mean something in double quotes only.
			if (typeof value === 'string' && (CONTROL.test(value) || value.search(UNSAFE) !== -1))
				node.type = 'QUOTE_DOUBLE';
		},
	});
	const text = document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
	return text.replace(UNSAFE, escaped);
}

function escaped(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	return code > 0xffff
		? `\\U${code.toString(16).padStart(8, '0')}`
		: `\\u${code.toString(16).padStart(4, '0')}`;
}
