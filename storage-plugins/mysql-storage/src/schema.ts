/**
 * One entry a version, applied in order; never changed once released. MySQL commits after each statement, so each says IF NOT EXISTS: a migration
 * that was cut off is begun again. Names and texts are binary: they compare by their bytes, and blanks at their end count.
 */
export const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE IF NOT EXISTS types (
      id INT AUTO_INCREMENT PRIMARY KEY,
      api_group VARBINARY(253) NOT NULL,
      version VARBINARY(63) NOT NULL,
      resource VARBINARY(253) NOT NULL,
      kind VARBINARY(253) NOT NULL,
      namespaced TINYINT NOT NULL,
      UNIQUE KEY types_key (api_group, version, resource)
    ) ENGINE=InnoDB`,
    // Ids are given out in blocks, so that a writer knows them before it writes.
    'CREATE TABLE IF NOT EXISTS object_blocks (id BIGINT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB',
    `CREATE TABLE IF NOT EXISTS resources (
      id BIGINT PRIMARY KEY,
      type_id INT NOT NULL,
      cluster VARBINARY(253) NOT NULL,
      namespace VARBINARY(253) NOT NULL,
      name VARBINARY(1012) NOT NULL,
      lower_name VARBINARY(1012),
      uid VARBINARY(1012) NOT NULL,
      owner_uid VARBINARY(1012) NOT NULL,
      resource_version VARBINARY(253) NOT NULL,
      version_number BIGINT,
      created_at BIGINT,
      synced_at BIGINT NOT NULL,
      metadata_end INT NOT NULL,
      size INT NOT NULL,
      digest VARBINARY(32) NOT NULL,
      label_ids BLOB NOT NULL,
      stamp BIGINT NOT NULL,
      UNIQUE KEY resources_key (type_id, cluster, namespace, name),
      KEY resources_place (type_id, namespace, name, cluster),
      KEY resources_name (name, type_id),
      KEY resources_created (type_id, created_at DESC, cluster, namespace, name),
      KEY resources_owner (cluster, owner_uid),
      KEY resources_all (cluster, namespace, name, type_id)
    ) ENGINE=InnoDB`,
    'CREATE TABLE IF NOT EXISTS objects (id BIGINT PRIMARY KEY, object LONGBLOB NOT NULL, table_row LONGBLOB) ENGINE=InnoDB',
    `CREATE TABLE IF NOT EXISTS labels (
      id BIGINT AUTO_INCREMENT PRIMARY KEY,
      name VARBINARY(1268) NOT NULL,
      value VARBINARY(1000) NOT NULL,
      UNIQUE KEY labels_key (name, value)
    ) ENGINE=InnoDB`,
    'CREATE TABLE IF NOT EXISTS object_labels (label_id BIGINT, object_id BIGINT, PRIMARY KEY (label_id, object_id)) ENGINE=InnoDB',
    `CREATE TABLE IF NOT EXISTS events (
      cluster VARBINARY(253) NOT NULL,
      involved_uid VARBINARY(1012) NOT NULL,
      event_uid VARBINARY(1012) NOT NULL,
      event_key VARBINARY(1266) NOT NULL,
      resource_version VARBINARY(253) NOT NULL,
      version_number BIGINT,
      recorded_at BIGINT NOT NULL,
      event LONGBLOB NOT NULL,
      PRIMARY KEY (cluster, involved_uid, event_uid)
    ) ENGINE=InnoDB`,
    // Fields that searches find by an index, kept as labels that nobody sees; how far the set of this generation is built.
    'CREATE TABLE IF NOT EXISTS field_indexes (declaration VARBINARY(2000) PRIMARY KEY, state VARBINARY(20) NOT NULL) ENGINE=InnoDB',
    `CREATE TABLE IF NOT EXISTS field_builds (
      generation BIGINT PRIMARY KEY,
      holder VARBINARY(64) NOT NULL,
      held_until BIGINT NOT NULL,
      progress BLOB NOT NULL
    ) ENGINE=InnoDB`,
    'CREATE TABLE IF NOT EXISTS clusters (name VARBINARY(253) PRIMARY KEY, inventory LONGBLOB NOT NULL) ENGINE=InnoDB',
    // Who writes the objects of a type in a cluster holds the lock of their row.
    'CREATE TABLE IF NOT EXISTS writers (type_id INT, cluster VARBINARY(253), PRIMARY KEY (type_id, cluster)) ENGINE=InnoDB',
    // One row. Begins with the time, so that a revision of an earlier store in its place is not taken for one of this.
    `CREATE TABLE IF NOT EXISTS revision (one TINYINT PRIMARY KEY, revision BIGINT NOT NULL, trimmed BIGINT NOT NULL,
      stamp BIGINT NOT NULL, field_generation BIGINT NOT NULL) ENGINE=InnoDB`,
    'INSERT IGNORE INTO revision SELECT 1, now, now, now, 0 FROM (SELECT CAST(unix_timestamp(now(6)) * 1000000 AS SIGNED) AS now) x',
    // A transaction's changes, written while others write theirs; which revisions they are is said at its very end.
    `CREATE TABLE IF NOT EXISTS changes (
      batch_id BIGINT NOT NULL,
      ordinal INT NOT NULL,
      object_id BIGINT NOT NULL,
      type_id INT NOT NULL,
      cluster VARBINARY(253) NOT NULL,
      deleted TINYINT NOT NULL,
      object LONGBLOB,
      PRIMARY KEY (batch_id, ordinal),
      KEY changes_object (object_id, batch_id, ordinal)
    ) ENGINE=InnoDB`,
    `CREATE TABLE IF NOT EXISTS change_batches (
      batch_id BIGINT AUTO_INCREMENT PRIMARY KEY,
      revision BIGINT,
      count INT NOT NULL,
      KEY change_batches_revision (revision)
    ) ENGINE=InnoDB`,
    `CREATE OR REPLACE VIEW raw_resources AS
      SELECT r.id, CONVERT(t.api_group USING utf8mb4) AS \`group\`, CONVERT(t.version USING utf8mb4) AS version,
        CONVERT(t.resource USING utf8mb4) AS resource, CONVERT(t.kind USING utf8mb4) AS kind, CONVERT(r.cluster USING utf8mb4) AS cluster,
        CONVERT(r.namespace USING utf8mb4) AS namespace, CONVERT(r.name USING utf8mb4) AS name, CONVERT(r.owner_uid USING utf8mb4) AS owner_uid,
        CONVERT(r.uid USING utf8mb4) AS uid, CONVERT(r.resource_version USING utf8mb4) AS resource_version,
        CONVERT(o.object USING utf8mb4) AS object, from_unixtime(r.created_at / 1000) AS created_at,
        from_unixtime(r.synced_at / 1000) AS synced_at
      FROM resources r JOIN types t ON t.id = r.type_id JOIN objects o ON o.id = r.id`,
  ],
];
