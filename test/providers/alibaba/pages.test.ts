import { readMarked, readNumbered } from '../../../src/providers/alibaba/pages.ts';
import { assert, describe } from '../../helpers/describe.ts';

const same = (id: string) => id;

/** A list of pages of two, and how often it was asked. */
function numbered(pages: { rows: string[]; total: number | undefined }[]) {
	const asked: number[] = [];
	const read = readNumbered(async number => {
		asked.push(number);
		return pages[Math.min(number, pages.length) - 1] ?? { rows: [], total: 0 };
	}, same);
	return read.then(listing => ({ ...listing, asked }));
}

describe('readNumbered', it => {
	it('reads as many as the service counts, and asks no page more', async () =>
		assert.equal(
			await numbered([
				{ rows: ['a', 'b'], total: 3 },
				{ rows: ['c'], total: 3 },
			]),
			{ rows: ['a', 'b', 'c'], fault: '', asked: [1, 2] },
		));

	it('asks for all further pages at once when the first tells how many there are, and for none twice', async () => {
		const all = Array.from({ length: 41 }, (_, index) => `row ${index}`);
		const waves: number[][] = [];
		let isOpen = false;
		const page = async (number: number) => {
			if (isOpen) waves.at(-1)?.push(number);
			else waves.push([number]);
			isOpen = true;
			await new Promise(resolve => setTimeout(resolve, 1));
			isOpen = false;
			return { rows: all.slice((number - 1) * 2, number * 2), total: 41 };
		};
		assert.equal(await readNumbered(page, same, 2), { rows: all, fault: '' });
		const from = (first: number, last: number) =>
			Array.from({ length: last - first + 1 }, (_, index) => first + index);
		assert.equal(waves, [[1], from(2, 17), from(18, 21)]);
	});

	it('asks a count that is made up no more than so many calls, and one of short pages one by one', async () => {
		const asked: number[] = [];
		const read = (rows: string[], size: number) =>
			readNumbered(
				async number => {
					asked.push(number);
					return { rows, total: 1_000_000 };
				},
				same,
				size,
			);
		const fault = 'the service counts 1000000 and gave 2';
		assert.is((await read(['a', 'b'], 2)).fault, fault);
		assert.is(asked.splice(0).length, 17);
		assert.is((await read(['a', 'b'], 50)).fault, fault);
		assert.equal(asked, [1, 2]);
	});

	it('a page that fails among those asked for together is thrown', async () => {
		const page = async (number: number) => {
			if (number === 3) throw new Error('third');
			return { rows: [`${number}`], total: 5 };
		};
		assert.is(await readNumbered(page, same, 1).catch(({ message }) => message), 'third');
	});

	it('is whole where there are none', async () =>
		assert.equal(await numbered([{ rows: [], total: 0 }]), { rows: [], fault: '', asked: [1] }));

	it('a page that repeats for ever ends the list, which is then not whole', async () =>
		assert.equal(await numbered([{ rows: ['a', 'b'], total: 1_000_000 }]), {
			rows: ['a', 'b'],
			fault: 'the service counts 1000000 and gave 2',
			asked: [1, 2],
		}));

	it('counts a row that comes twice once', async () => {
		assert.equal(await numbered([{ rows: ['a', 'a', 'b', 'b'], total: 2 }]), {
			rows: ['a', 'b'],
			fault: '',
			asked: [1],
		});
		// The service counts both: one of somebody else may be missing.
		assert.equal(
			await numbered([
				{ rows: ['a', 'a'], total: 2 },
				{ rows: [], total: 2 },
			]),
			{
				rows: ['a'],
				fault: 'the service counts 2 and gave 1',
				asked: [1, 2],
			},
		);
	});

	it('a count that is too small, missing, or another with each page proves nothing', async () => {
		assert.is((await numbered([{ rows: ['a', 'b'], total: 1 }])).fault, 'the service counts 1 and gave 2');
		assert.is(
			(await numbered([{ rows: ['a', 'b'], total: undefined }])).fault,
			'the service does not say how many there are',
		);
		const changed = await numbered([
			{ rows: ['a', 'b'], total: 4 },
			{ rows: ['d'], total: 3 },
		]);
		assert.equal(changed, { rows: ['a', 'b', 'd'], fault: 'it changed while it was read', asked: [1, 2] });
	});

	it('a row without an id proves nothing, and is not among the rows', async () =>
		assert.equal(await numbered([{ rows: ['a', ''], total: 2 }]), {
			rows: ['a'],
			fault: 'a row of it has no id',
			asked: [1],
		}));

	it('what fails in between is thrown', async () => {
		const read = readNumbered(async number => {
			if (number === 2) throw new Error('page 2');
			return { rows: ['a'], total: 2 };
		}, same);
		assert.is(await read.catch((error: Error) => error.message), 'page 2');
	});
});

interface Page {
	rows: string[];
	isTruncated: boolean | undefined;
	marker: string | undefined;
}

function marked(pages: Record<string, Page>) {
	const asked: string[] = [];
	const read = readMarked(async marker => {
		asked.push(marker ?? '');
		return pages[marker ?? ''] ?? { rows: [], isTruncated: undefined, marker: undefined };
	}, same);
	return read.then(listing => ({ ...listing, asked }));
}

describe('readMarked', it => {
	it('reads until nothing was cut off', async () =>
		assert.equal(
			await marked({
				'': { rows: ['a'], isTruncated: true, marker: 'm' },
				m: { rows: ['b'], isTruncated: false, marker: undefined },
			}),
			{ rows: ['a', 'b'], fault: '', asked: ['', 'm'] },
		));

	for (const marker of [undefined, ''])
		it(`cut off with ${JSON.stringify(marker)} for a marker`, async () =>
			assert.equal(await marked({ '': { rows: ['a'], isTruncated: true, marker } }), {
				rows: ['a'],
				fault: 'it was cut off without a way on',
				asked: [''],
			}));

	it('a service that does not say whether that is all', async () =>
		assert.equal(await marked({ '': { rows: ['a'], isTruncated: undefined, marker: undefined } }), {
			rows: ['a'],
			fault: 'the service does not say whether that is all',
			asked: [''],
		}));

	it('repeats itself :: by one marker, and by new ones', async () => {
		const first = { rows: ['a'], isTruncated: true, marker: 'm' };
		const expected = { rows: ['a'], fault: 'it repeats itself', asked: ['', 'm'] };
		assert.equal(await marked({ '': first, m: first }), expected);
		assert.equal(await marked({ '': first, m: { ...first, marker: 'n' } }), expected);
	});

	it('a row without an id proves nothing', async () =>
		assert.is(
			(await marked({ '': { rows: ['a', ''], isTruncated: false, marker: undefined } })).fault,
			'a row of it has no id',
		));
});
