import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256 } from '../lib/x509.ts';
import type { Plan } from '../model/plan.ts';

/** A plan that may have a digest, of whatever it was before. */
type Unsealed = Omit<Plan, 'digest'> & { digest?: string };

/** SHA-256 over all of a plan but its digest. */
export function planDigest({ digest: _, ...rest }: Unsealed): string {
	return sha256(canonicalJson(rest));
}

/** The plan with its digest: it is known by what it holds. */
export function sealPlan({ digest: _, apiVersion, ...rest }: Unsealed): Plan {
	return { apiVersion, digest: planDigest({ apiVersion, ...rest }), ...rest };
}
