import { type ServerConfig, serverConfigSchema } from '@clusterdex/storage-sql';

export type MysqlConfig = ServerConfig;

export const configSchema = serverConfigSchema({
  dsn: 'mysql://user@host:port/database; single keys win over its parts.',
  host: 'Name, address, or the path of a Unix socket (default: localhost).',
  port: 'Default: 3306.',
  user: 'Default: root.',
  passwordFile: 'A file that holds the password; read at the start.',
  database: 'Made where it does not exist; it holds nothing else.',
  sslMode:
    'prefer and require encrypt without checking who answers; prefer does without where the server speaks no TLS.',
  params: 'Variables of the session, such as lock_wait_timeout.',
});
