import { formatDay } from '../../lib/epoch.ts';
import { deletionOfSecret } from './delete-secret.ts';

/** Deletes a token that has been quarantined for days without an attempt to use it. */
export const deleteTokenSecret = deletionOfSecret(
	'delete_token_secret',
	'token_secrets',
	({ invalidSince, lastUsed }, target) => {
		const planned = target.invalidSince === null ? null : formatDay(target.invalidSince);
		if (invalidSince === null || invalidSince !== planned)
			return 'its quarantine is another one, or was lifted';
		// Days: whether an attempt on the first of them came before or after the label is not told.
		if (lastUsed !== null && lastUsed >= invalidSince) return `somebody may have tried it on ${lastUsed}`;
		return '';
	},
);
