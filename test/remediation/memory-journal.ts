import { generateKeyPairSync } from 'node:crypto';
import { type Journal, openJournal, type Signer, signerOf } from '../../src/remediation/journal.ts';
import { NOW } from '../helpers/cluster-facts.ts';

/** A new key. */
export function newSigner(): Signer {
	const { privateKey } = generateKeyPairSync('ed25519');
	return signerOf(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), 'test');
}

const signer = newSigner();

/** A journal that is kept nowhere. */
export function memoryJournal(): Journal {
	return openJournal({ append: async () => undefined }, [], signer, () => NOW);
}
