import type { Framework } from '../model/compliance.ts';
import type { Report } from '../model/report.ts';
import type { Settings } from './settings.ts';

/** The frameworks that the settings name. @throws {ScanError} USAGE naming the nearest right id. */
export async function frameworksOf({ framework }: Pick<Settings, 'framework'>): Promise<Framework[]> {
	if (framework.length === 0) return [];
	const { loadFrameworks } = await import('../evaluate/frameworks.ts');
	return loadFrameworks(framework);
}

/** A result with what it says of the frameworks of the settings, in place of those of its scan; as it is where they name none. */
export async function withFrameworks(report: Report, settings: Pick<Settings, 'framework'>): Promise<Report> {
	const frameworks = await frameworksOf(settings);
	if (frameworks.length === 0) return report;
	const { complianceOf } = await import('../compliance.ts');
	return { ...report, compliance: complianceOf(frameworks, report) };
}
