// What DuckDB itself takes for the least that says who was there last; loading it counts for both sides.
const [path] = process.argv.slice(2);
const start = performance.now();
const { DuckDBInstance } = await import('@duckdb/node-api');
const instance = await DuckDBInstance.create(':memory:', { preserve_insertion_order: 'false' });
const connection = await instance.connect();
const reader = await connection.runAndReadAll(
	`SELECT "user".username AS username, max("requestReceivedTimestamp") AS seen
	FROM read_json($path, format='newline_delimited',
		columns={"user": 'STRUCT(username VARCHAR)', "requestReceivedTimestamp": 'TIMESTAMPTZ'}) GROUP BY 1`,
	{ path },
);
console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000, rows: reader.currentRowCount }));
