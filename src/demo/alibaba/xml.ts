/** The XML that RPC operations answer with unless `Format` is JSON: lists repeat the element of their name. */
export function toXml(root: string, body: unknown): string {
	return `<?xml version='1.0' encoding='UTF-8'?>${element(root, body)}`;
}

function element(name: string, value: unknown): string {
	if (Array.isArray(value)) return value.map(item => element(name, item)).join('');
	const inner =
		typeof value === 'object' && value !== null
			? Object.entries(value)
					.map(([key, field]) => element(key, field))
					.join('')
			: escaped(String(value));
	return `<${name}>${inner}</${name}>`;
}

function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
