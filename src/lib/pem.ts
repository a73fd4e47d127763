/** Why a text that should hold certificates does not; empty when it does. */
export type PemProblem = '' | 'empty' | 'not_base64' | 'private_key' | 'truncated' | 'no_certificate';

/** The certificates of a PEM text; whatever else it held (a key) is not kept. */
export interface PemContent {
	/** Each CERTIFICATE block as its own text, in order: of a client's chain the first is the leaf. */
	certificates: string[];
	problem: PemProblem;
}

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/** Cuts a PEM text into its certificates. */
export function readPem(text: string): PemContent {
	const certificates: string[] = [];
	// indexOf, not a lazy pattern: a text of many BEGIN lines without END would take quadratic time.
	for (let start = text.indexOf(BEGIN); start !== -1; ) {
		const end = text.indexOf(END, start);
		if (end === -1) return { certificates, problem: 'truncated' };
		certificates.push(text.slice(start, end + END.length));
		start = text.indexOf(BEGIN, end);
	}
	return { certificates, problem: certificates.length > 0 ? '' : whyNone(text) };
}

/** The same for the base64 of a `…-data` field. */
export function readPemData(base64: string): PemContent {
	const packed = base64.replace(/\s/g, '');
	if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) {
		return { certificates: [], problem: 'not_base64' };
	}
	return readPem(Buffer.from(packed, 'base64').toString('latin1'));
}

/** What a problem means, to follow the name of the field or file. */
export const pemProblemTexts = {
	'': 'holds certificates',
	empty: 'is empty',
	not_base64: 'is not base64, so it may have been cut off or edited',
	private_key: 'holds a private key where a certificate belongs',
	truncated: 'holds a certificate that is cut off',
	no_certificate: 'holds no PEM certificate',
} as const satisfies Record<PemProblem, string>;

function whyNone(text: string): PemProblem {
	if (text.trim() === '') return 'empty';
	return /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----/.test(text) ? 'private_key' : 'no_certificate';
}
