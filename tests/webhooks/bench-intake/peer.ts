import pg from 'pg';

/**
 * The named peer: one client that inserts one row after another, each committed by itself. The row is what a delivery keeps, without
 * anything around it: no HTTP, no job, no check.
 */
export interface Peer {
  insertsPerSecond(seconds: number): Promise<number>;
  close(): Promise<void>;
}

/** Opens the peer on a table of its own beside the real ones. */
export async function openPeer(databaseUrl: string, row: string): Promise<Peer> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('create table peer (id bigint generated always as identity primary key, received_at timestamptz not null default now(), body jsonb not null)');
  const insert = { name: 'peer', text: 'insert into peer (body) values ($1)', values: [row] };
  return {
    async insertsPerSecond(seconds) {
      const began = performance.now();
      let rows = 0;
      for (; performance.now() - began < seconds * 1_000; rows += 1) await client.query(insert);
      return (rows * 1_000) / (performance.now() - began);
    },
    close: () => client.end(),
  };
}
