/** 'cldx': tells our files from other SQLite databases. */
export const applicationId = 0x636c6478;

/** Of an object of which more bytes than these follow its metadata, the metadata is kept apart as well: a page. */
export const largestRest = 16384;

const rawResources = `CREATE VIEW raw_resources AS
    SELECT r.id, t.api_group AS "group", t.version, t.resource, t.kind, r.cluster, r.namespace, r.name, r.owner_uid, r.uid,
      r.resource_version, o.object,
      strftime('%Y-%m-%d %H:%M:%S', r.created_at / 1000, 'unixepoch') AS created_at,
      strftime('%Y-%m-%d %H:%M:%S', r.synced_at / 1000, 'unixepoch') AS synced_at
    FROM resources r JOIN types t ON t.id = r.type_id JOIN objects o ON o.id = r.id;`;

/** One entry a version, applied in order; never changed once released. The version stands in `PRAGMA user_version`. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE types (
    id INTEGER PRIMARY KEY,
    api_group TEXT NOT NULL,
    version TEXT NOT NULL,
    resource TEXT NOT NULL,
    kind TEXT NOT NULL,
    namespaced INTEGER NOT NULL,
    UNIQUE (api_group, version, resource)
  ) STRICT;

  CREATE TABLE resources (
    id INTEGER PRIMARY KEY,
    type_id INTEGER NOT NULL,
    cluster TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    uid TEXT NOT NULL,
    owner_uid TEXT NOT NULL,
    resource_version TEXT NOT NULL,
    version_number INTEGER,
    created_at INTEGER,
    synced_at INTEGER NOT NULL,
    metadata_end INTEGER NOT NULL,
    size INTEGER NOT NULL,
    label_ids TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX resources_key ON resources (type_id, cluster, namespace, name);
  CREATE INDEX resources_place ON resources (type_id, namespace, name, cluster);
  CREATE INDEX resources_name ON resources (name, type_id);
  CREATE INDEX resources_created ON resources (type_id, created_at);
  CREATE INDEX resources_owner ON resources (cluster, owner_uid) WHERE owner_uid <> '';

  CREATE TABLE objects (id INTEGER PRIMARY KEY, object TEXT NOT NULL) STRICT;

  CREATE TABLE labels (id INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (name, value)) STRICT;
  CREATE TABLE object_labels (
    label_id INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    PRIMARY KEY (label_id, object_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    cluster TEXT NOT NULL,
    involved_uid TEXT NOT NULL,
    event_uid TEXT NOT NULL,
    event_key TEXT NOT NULL,
    resource_version TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (cluster, involved_uid, event_uid)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE clusters (name TEXT PRIMARY KEY, inventory TEXT NOT NULL) STRICT;

  -- Begins with the time, so that a revision of an earlier file under this name is not taken for one of this.
  CREATE TABLE revision (revision INTEGER NOT NULL, trimmed INTEGER NOT NULL) STRICT;
  INSERT INTO revision SELECT now, now FROM (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now);

  -- What an object was before a change; what it became is what it was before the next one, or what it is.
  CREATE TABLE changes (
    revision INTEGER PRIMARY KEY,
    object_id INTEGER NOT NULL,
    type_id INTEGER NOT NULL,
    cluster TEXT NOT NULL,
    deleted INTEGER NOT NULL,
    object TEXT
  ) STRICT;
  CREATE INDEX changes_object ON changes (object_id, revision);

  -- What a large fleet looks like, for the query planner: without it a name or an owner counts for no more than a type. Written by hand,
  -- so that plans are the same on every machine and do not change with the day on which somebody ran ANALYZE.
  ANALYZE sqlite_schema;
  INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('resources', 'resources_key', '1000000 40000 4000 400 1'),
    ('resources', 'resources_place', '1000000 40000 400 3 1'),
    ('resources', 'resources_name', '1000000 3 2'),
    ('resources', 'resources_created', '1000000 40000 10'),
    ('resources', 'resources_owner', '500000 25000 3'),
    ('object_labels', 'object_labels', '5000000 500 1'),
    ('labels', 'sqlite_autoindex_labels_1', '100000 1000 1'),
    ('events', 'events', '100000 10000 5 1');

  ${rawResources}
  `,
  `
  -- Rows of Tables. What a Table needs stands in front of the object, so that reading it leaves alone the pages into which a large object
  -- overflows. Of an object in one page these are no gain, and its metadata is not kept twice.
  DROP VIEW raw_resources;
  ALTER TABLE objects RENAME TO objects_without_rows;
  CREATE TABLE objects (id INTEGER PRIMARY KEY, row_text TEXT, metadata TEXT, object TEXT NOT NULL) STRICT;
  INSERT INTO objects SELECT o.id, NULL,
    CASE WHEN r.size - r.metadata_end > ${largestRest} THEN CAST(substr(CAST(o.object AS BLOB), 1, r.metadata_end) AS TEXT) || '}' END,
    o.object
  FROM objects_without_rows o LEFT JOIN resources r ON r.id = o.id;
  DROP TABLE objects_without_rows;
  ${rawResources}
  `,
  `
  -- An id is given once: a list that knows an object by its id must not find another one under it.
  ALTER TABLE revision ADD COLUMN last_id INTEGER NOT NULL DEFAULT 0;
  UPDATE revision SET last_id = max(
    (SELECT coalesce(max(id), 0) FROM resources), (SELECT coalesce(max(object_id), 0) FROM changes));
  `,
  `
  -- How often rows were replaced while their objects stayed the same, which is no change for the log.
  ALTER TABLE revision ADD COLUMN row_changes INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- Words of objects, from the first search for words on (before it, indexed_id is NULL): of those up to this id that are not stale.
  ALTER TABLE revision ADD COLUMN indexed_id INTEGER;
  CREATE TABLE stale_words (id INTEGER PRIMARY KEY) STRICT;
  CREATE VIRTUAL TABLE words USING fts5 (text, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
  `,
  `
  -- Fields that searches find by an index, kept as labels that nobody sees; up to which object the set of this generation is built.
  ALTER TABLE revision ADD COLUMN field_generation INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE revision ADD COLUMN field_build INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE field_indexes (declaration TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT;
  `,
];
