import { doctor } from '../../doctor.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { stableJson } from '../../reporters/stable-json.ts';
import type { DoctorFlags } from '../doctor.ts';
import { doctorTable, isReadable } from '../doctor-table.ts';
import { INTERRUPTED, interruption } from '../interrupt.ts';
import { buildRequest } from '../run-scan.ts';
import { loadSettings } from '../settings.ts';
import { print } from '../stdout.ts';

/** Incomplete: as for a scan that could not read everything. */
const INCOMPLETE = 3;

/** Prints what each context lets a scan read. */
export async function run({ format, ...flags }: DoctorFlags): Promise<void> {
	const settings = await loadSettings(flags);
	// What is offline needs no permission.
	const request = await buildRequest({ ...settings, files: [], facts: undefined });
	if (request.kubeconfigs.length === 0)
		throw new ScanError('USAGE', 'doctor examines live clusters, and none is named', {
			hint: 'add --kubeconfig FILE',
		});
	const diagnoses = await doctor(request);
	await print(format === 'json' ? `${stableJson(diagnoses, 2)}\n` : doctorTable(diagnoses));
	const isWhole = diagnoses.length > 0 && diagnoses.every(isReadable);
	process.exitCode = interruption.aborted ? INTERRUPTED : isWhole ? 0 : INCOMPLETE;
}
