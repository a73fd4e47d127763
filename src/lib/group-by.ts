/** Elements by key, both in the order of their first appearance. Node 20 has no `Map.groupBy`. */
export function groupBy<T>(elements: Iterable<T>, key: (element: T) => string): Map<string, [T, ...T[]]> {
	const groups = new Map<string, [T, ...T[]]>();
	for (const element of elements) {
		const group = groups.get(key(element));
		if (group === undefined) groups.set(key(element), [element]);
		else group.push(element);
	}
	return groups;
}
