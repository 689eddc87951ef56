/** What every storage on a database server is configured with; defaults are filled in. */
export interface ServerConfig {
  readonly dsn?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly database?: string;
  readonly sslMode: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  readonly sslRootCertFile?: string;
  readonly sslCertFile?: string;
  readonly sslKeyFile?: string;
  readonly connPool: {
    readonly maxOpenConns: number;
    readonly maxWriteConns: number;
    readonly connMaxLifetimeSeconds: number;
    readonly waitMilliseconds: number;
  };
  readonly params: Readonly<Record<string, string>>;
  readonly statementTimeoutMilliseconds: number;
  readonly slowQueryMilliseconds: number;
  readonly objectCacheMegabytes: number;
  readonly historyChanges: number;
  /** Absent: as the database has them. */
  readonly fieldIndexes?: readonly string[];
}
