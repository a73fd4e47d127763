import { createPublicKey } from 'node:crypto';
import { ScanError } from '../lib/scan-error.ts';
import { oneLine } from '../lib/text.ts';

/** An Ed25519 public key of the config as base64 of its SPKI. @throws {ScanError} KEY_INVALID, naming whose it is. */
export function publicKeyOf(text: string, whose: string): string {
	try {
		const trimmed = text.trim();
		const key = trimmed.startsWith('-----')
			? createPublicKey(trimmed)
			: createPublicKey({ key: Buffer.from(trimmed, 'base64'), format: 'der', type: 'spki' });
		if (key.asymmetricKeyType === 'ed25519')
			return key.export({ format: 'der', type: 'spki' }).toString('base64');
	} catch {
		// Told below, without the text: a private key may have been put there by mistake.
	}
	throw new ScanError(
		'KEY_INVALID',
		`the key of ${oneLine(whose, 60)} in the config is no Ed25519 public key`,
		{
			hint: 'openssl pkey -in KEY.pem -pubout prints the public half',
		},
	);
}
