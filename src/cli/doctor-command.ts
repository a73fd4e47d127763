import type { Settings } from './settings.ts';

/** The `doctor` that examines what was scanned; empty where nothing was live. */
export function doctorCommand(settings: Settings, config: string | undefined): string {
	const { kubeconfig = [], targets = [], context = [], files, facts } = settings;
	const isOffline = facts !== undefined || (files.length > 0 && kubeconfig.length + targets.length === 0);
	if (isOffline) return '';
	return [
		'kubelapse doctor',
		...option('config', config === undefined ? [] : [config]),
		...option('kubeconfig', kubeconfig),
		...option('context', context),
		...(settings['all-contexts'] ? ['--all-contexts'] : []),
	].join(' ');
}

function option(name: string, values: string[]): string[] {
	return values.length === 0 ? [] : [`--${name}`, ...values.map(quoted)];
}

/** As a shell reads it again. */
function quoted(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
