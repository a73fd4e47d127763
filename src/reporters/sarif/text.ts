import { oneLine } from '../../lib/text.ts';

/**
 * Text for a SARIF message: one line, and no `[text](target)`, which viewers turn into a link, so
 * that a name in a cluster cannot place one.
 * @see SARIF 2.1.0 §3.11.6 (messages with embedded links)
 */
export function plain(text: string, maxLength = 200): string {
	return oneLine(text, maxLength).replaceAll('](', '] (');
}

/** The text as a sentence: with its full stop. */
export function sentence(text: string, maxLength = 600): string {
	const trimmed = plain(text.trim(), maxLength);
	return trimmed === '' || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** Text that Markdown shows as it stands: policies may come from elsewhere than this project. */
export function escapeMarkdown(text: string, maxLength = 2000): string {
	return oneLine(text, maxLength).replace(/[\\`*_[\]<>#|~!]/g, character => `\\${character}`);
}
