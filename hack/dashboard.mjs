/** The Grafana dashboard, from a table of panels: charts/clusterdex/files/dashboard.json. */
const source = { type: 'prometheus', uid: '$datasource' };
const selector = 'job=~"$job"';
const width = 24;

/** Expressions name `$selector` where the labels of this process stand. */
const rows = [
  {
    title: 'Searches',
    panels: [
      panel('Requests', 'reqps', {
        '{{verb}} {{code}}':
          'sum by (verb, code) (rate(clusterdex_request_duration_seconds_count{$selector}[$__rate_interval]))',
      }),
      panel('How long a read takes', 's', {
        'half of them': quantile(0.5, 'clusterdex_request_duration_seconds_bucket{$selector,verb=~"get|list"}'),
        '99 of 100': quantile(0.99, 'clusterdex_request_duration_seconds_bucket{$selector,verb=~"get|list"}'),
      }),
      panel('What is searched most', 'reqps', {
        '{{resource}}':
          'topk(10, sum by (resource) (rate(clusterdex_request_duration_seconds_count{$selector,resource!=""}[$__rate_interval])))',
      }),
      panel('Under way', 'short', {
        '{{instance}}': 'sum by (instance) (clusterdex_requests_in_flight{$selector})',
      }),
    ],
  },
  {
    title: 'Clusters',
    panels: [
      panel('Ready (1), not ready (0)', 'short', {
        '{{cluster}}': 'max by (cluster) (clusterdex_cluster_condition{$selector,condition="Ready"})',
      }),
      panel('How far what is stored is behind', 's', {
        '{{cluster}}': 'max by (cluster) (clusterdex_synchro_lag_seconds{$selector})',
      }),
      panel('Objects stored', 'short', {
        '{{cluster}}': 'sum by (cluster) (clusterdex_synchro_objects{$selector})',
      }),
      panel('Resource types by status', 'short', {
        '{{status}}': 'sum by (status) (clusterdex_cluster_resource_types{$selector})',
      }),
      panel('Changes', 'ops', {
        '{{cluster}} {{result}}':
          'sum by (cluster, result) (rate(clusterdex_synchro_changes_total{$selector}[$__rate_interval]))',
      }),
      panel('Lists and watches that failed', 'ops', {
        '{{cluster}} {{what}} {{outcome}}':
          'sum by (cluster, what, outcome) (rate(clusterdex_synchro_requests_total{$selector,outcome!="ok"}[$__rate_interval]))',
      }),
      panel('Who writes', 'short', { '{{instance}}': 'clusterdex_synchro_writer{$selector}' }),
      panel('Connections to API servers', 'short', {
        '{{instance}}': 'clusterdex_cluster_connections{$selector}',
      }),
    ],
  },
  {
    title: 'Storage',
    panels: [
      panel('Calls', 'ops', {
        '{{operation}} {{code}}':
          'sum by (operation, code) (rate(clusterdex_storage_operation_duration_seconds_count{$selector}[$__rate_interval]))',
      }),
      panel('How long they take, 99 of 100', 's', {
        '{{operation}}': quantile(0.99, 'clusterdex_storage_operation_duration_seconds_bucket{$selector}', 'operation'),
      }),
      panel('Calls under way', 'short', {
        '{{instance}}': 'sum by (instance) (clusterdex_storage_operations_in_flight{$selector})',
      }),
      panel('Time to write a batch', 's', {
        'half of them': quantile(0.5, 'clusterdex_synchro_write_seconds_bucket{$selector}'),
        '99 of 100': quantile(0.99, 'clusterdex_synchro_write_seconds_bucket{$selector}'),
      }),
      panel('Objects in a batch', 'short', {
        'half of them': quantile(0.5, 'clusterdex_synchro_batch_objects_bucket{$selector}'),
      }),
      panel('Time in steps before they are stored', 's', {
        '{{step}}': quantile(0.99, 'clusterdex_synchro_step_seconds_bucket{$selector}', 'step'),
      }),
      panel('PostgreSQL: connections', 'short', {
        'reads, busy': 'sum(clusterdex_storage_postgres_reads_connections_busy{$selector})',
        'reads, waiting': 'sum(clusterdex_storage_postgres_reads_connections_waiting{$selector})',
        'writes, busy': 'sum(clusterdex_storage_postgres_writes_connections_busy{$selector})',
        'writes, waiting': 'sum(clusterdex_storage_postgres_writes_connections_waiting{$selector})',
      }),
      panel('MySQL: connections', 'short', {
        'reads, busy': 'sum(clusterdex_storage_mysql_reads_connections_busy{$selector})',
        'reads, waiting': 'sum(clusterdex_storage_mysql_reads_connections_waiting{$selector})',
        'writes, busy': 'sum(clusterdex_storage_mysql_writes_connections_busy{$selector})',
        'writes, waiting': 'sum(clusterdex_storage_mysql_writes_connections_waiting{$selector})',
      }),
    ],
  },
  {
    title: 'Processes',
    panels: [
      panel('Processors', 'short', {
        '{{instance}}': 'rate(process_cpu_seconds_total{$selector}[$__rate_interval])',
      }),
      panel('Memory', 'bytes', { '{{instance}}': 'process_resident_memory_bytes{$selector}' }),
      panel('How long the event loop waits, 99 of 100', 's', {
        '{{instance}}': 'nodejs_eventloop_lag_p99_seconds{$selector}',
      }),
      panel('Open files and sockets', 'short', { '{{instance}}': 'process_open_fds{$selector}' }),
    ],
  },
];

function panel(title, unit, series) {
  return { title, unit, series };
}

function quantile(share, metric, by) {
  const labels = by === undefined ? 'le' : `le, ${by}`;
  return `histogram_quantile(${share}, sum by (${labels}) (rate(${metric}[$__rate_interval])))`;
}

export function renderDashboard() {
  const panels = [];
  let id = 1;
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: id++,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { h: 1, w: width, x: 0, y: y++ },
      panels: [],
    });
    row.panels.forEach(({ title, unit, series }, index) => {
      const isRight = index % 2 === 1;
      panels.push({
        id: id++,
        type: 'timeseries',
        title,
        datasource: source,
        gridPos: { h: 8, w: width / 2, x: isRight ? width / 2 : 0, y },
        fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 10, showPoints: 'never' } }, overrides: [] },
        options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
        targets: Object.entries(series).map(([legendFormat, expression], at) => ({
          refId: String.fromCharCode(65 + at),
          datasource: source,
          expr: expression.replaceAll('$selector', selector),
          legendFormat,
        })),
      });
      if (isRight || index === row.panels.length - 1) y += 8;
    });
  }
  const dashboard = {
    title: 'clusterdex',
    uid: 'clusterdex',
    tags: ['clusterdex', 'kubernetes'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        {
          name: 'job',
          label: 'Job',
          type: 'query',
          datasource: source,
          query: {
            query: 'label_values({__name__=~"clusterdex_requests_in_flight|clusterdex_synchro_writer"}, job)',
            refId: 'job',
          },
          definition: 'label_values({__name__=~"clusterdex_requests_in_flight|clusterdex_synchro_writer"}, job)',
          includeAll: true,
          multi: true,
          allValue: '.*',
          current: { text: 'All', value: '$__all' },
          refresh: 2,
        },
      ],
    },
    annotations: { list: [] },
    panels,
  };
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}
