/** One entry a version, applied in order; never changed once released. Names are looked up in the schema of the storage. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE types (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    api_group text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    resource text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    namespaced boolean NOT NULL,
    UNIQUE (api_group, version, resource)
  );

  -- Ids are given out in blocks, so that a writer knows them before it writes.
  CREATE SEQUENCE object_blocks;
  CREATE TABLE resources (
    id bigint PRIMARY KEY,
    type_id integer NOT NULL,
    cluster text COLLATE "C" NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    uid text COLLATE "C" NOT NULL,
    owner_uid text COLLATE "C" NOT NULL,
    resource_version text COLLATE "C" NOT NULL,
    version_number bigint,
    created_at bigint,
    synced_at bigint NOT NULL,
    metadata_end integer NOT NULL,
    size integer NOT NULL,
    digest bytea NOT NULL,
    label_ids text COLLATE "C" NOT NULL,
    -- Of the transaction that wrote the object, or its row of a Table, last.
    stamp bigint NOT NULL
  ) WITH (fillfactor = 90);
  CREATE UNIQUE INDEX resources_key ON resources (type_id, cluster, namespace, name);
  CREATE INDEX resources_place ON resources (type_id, namespace, name, cluster);
  CREATE INDEX resources_name ON resources (name, type_id);
  CREATE INDEX resources_created ON resources (type_id, created_at NULLS FIRST);
  CREATE INDEX resources_owner ON resources (cluster, owner_uid) WHERE owner_uid <> '';
  CREATE INDEX resources_all ON resources (cluster, namespace, name, type_id);

  -- Text, because a jsonb is built anew for each read; compressed it stays in the row, where one that goes to TOAST takes three look-ups.
  CREATE TABLE objects (id bigint PRIMARY KEY, object text COLLATE "C" NOT NULL, table_row text COLLATE "C") WITH (toast_tuple_target = 4080);

  CREATE TABLE labels (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    UNIQUE (name, value)
  );
  CREATE TABLE object_labels (label_id bigint, object_id bigint, PRIMARY KEY (label_id, object_id));

  CREATE TABLE events (
    cluster text COLLATE "C" NOT NULL,
    involved_uid text COLLATE "C" NOT NULL,
    event_uid text COLLATE "C" NOT NULL,
    event_key text COLLATE "C" NOT NULL,
    resource_version text COLLATE "C" NOT NULL,
    version_number bigint,
    recorded_at bigint NOT NULL,
    event text COLLATE "C" NOT NULL,
    PRIMARY KEY (cluster, involved_uid, event_uid)
  );

  -- Fields that searches find by an index, kept as labels that nobody sees; how far the set of this generation is built.
  CREATE TABLE field_indexes (declaration text COLLATE "C" PRIMARY KEY, state text NOT NULL);
  CREATE TABLE field_builds (generation bigint PRIMARY KEY, holder text NOT NULL, held_until bigint NOT NULL, progress text NOT NULL);

  CREATE TABLE clusters (name text COLLATE "C" PRIMARY KEY, inventory text NOT NULL);

  -- One row. Begins with the time, so that a revision of an earlier store in its place is not taken for one of this.
  CREATE TABLE revision (revision bigint NOT NULL, trimmed bigint NOT NULL, stamp bigint NOT NULL, field_generation bigint NOT NULL)
    WITH (fillfactor = 10);
  INSERT INTO revision SELECT now, now, now, 0 FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now) x;

  -- A transaction's changes, written while others write theirs; which revisions they are is said at its very end (change_batches).
  CREATE SEQUENCE change_batch_ids;
  CREATE TABLE changes (
    batch_id bigint NOT NULL,
    ordinal integer NOT NULL,
    object_id bigint NOT NULL,
    type_id integer NOT NULL,
    cluster text COLLATE "C" NOT NULL,
    deleted boolean NOT NULL,
    -- What the object was before; what it became is what it was before the next change, or what it is.
    object text COLLATE "C",
    PRIMARY KEY (batch_id, ordinal)
  ) WITH (toast_tuple_target = 4080);
  CREATE INDEX changes_object ON changes (object_id, batch_id, ordinal);
  -- The changes of a batch are the revisions from revision - count + 1 to revision.
  CREATE TABLE change_batches (revision bigint PRIMARY KEY, count integer NOT NULL, batch_id bigint NOT NULL);

  DO $$ BEGIN
    ALTER TABLE objects ALTER object SET COMPRESSION lz4;
    ALTER TABLE changes ALTER object SET COMPRESSION lz4;
  EXCEPTION WHEN feature_not_supported THEN
    RAISE NOTICE 'this PostgreSQL was built without lz4; pglz is slower';
  END $$;

  CREATE VIEW raw_resources AS
    SELECT r.id, t.api_group AS "group", t.version, t.resource, t.kind, r.cluster, r.namespace, r.name, r.owner_uid, r.uid,
      r.resource_version, o.object::jsonb AS object,
      to_timestamp(r.created_at / 1000.0) AS created_at, to_timestamp(r.synced_at / 1000.0) AS synced_at
    FROM resources r JOIN types t ON t.id = r.type_id JOIN objects o ON o.id = r.id;
  `,
  `
  -- Words of objects, from the first search for words on (before it, backfilled is NULL): of those up to this id that are not stale. An object
  -- with too many has none.
  CREATE TABLE words (id bigint PRIMARY KEY, words tsvector);
  CREATE INDEX words_words ON words USING gin (words);
  CREATE INDEX words_many ON words (id) WHERE words IS NULL;
  CREATE TABLE stale_words (id bigint PRIMARY KEY);
  CREATE TABLE word_index (backfilled bigint);
  INSERT INTO word_index VALUES (NULL);
  `,
];
