// node main.js ADDRESS SERVER_PID PARTS WORKFLOWS SIGNALS IDLE: the work of SdkBench.cs on the official SDK for Node.js.
const fs = require('node:fs');
const { Client, Connection } = require('@temporalio/client');
const { Worker, NativeConnection, Runtime, DefaultLogger } = require('@temporalio/worker');

const [address, serverPid, parts, ...numbers] = process.argv.slice(2);
const [workflows, signals, idle] = numbers.map(Number);
const taskQueue = 'bench';

function figure(metric, value, unit) {
  console.log('FIGURE ' + JSON.stringify({ metric, value, unit }));
}

function serverCpu() {
  const fields = fs.readFileSync(`/proc/${serverPid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function ownCpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function parallel(count, degree, body) {
  let next = 0;
  await Promise.all(Array.from({ length: degree }, async () => {
    while (next < count) {
      await body(next++);
    }
  }));
}

async function throughput(client, count, report) {
  const [own, server, start] = [ownCpu(), serverCpu(), performance.now()];
  await parallel(count, 100, (number) => client.workflow.execute(
    'fiveActivities', { taskQueue, workflowId: `five-${count}-${number}`, args: [number] }));
  const seconds = (performance.now() - start) / 1000;
  if (report) {
    figure('workflows_per_second', count / seconds, '1/s');
    figure('activities_per_second', (5 * count) / seconds, '1/s');
    figure('worker_and_client_cpu', ownCpu() - own, 's');
    figure('server_cpu', serverCpu() - server, 's');
  }
}

async function latency(client, count) {
  const latencies = [];
  for (let i = 0; i < count; i++) {
    const handle = await client.workflow.start('listener', { taskQueue, workflowId: `listener-${i}` });
    await handle.query('heard');
    // As in SdkBench.cs: not in step with the server's ticks.
    await new Promise((wake) => { setTimeout(wake, Math.random() * 100); });
    const start = performance.now();
    await handle.signal('hear');
    await handle.result();
    latencies.push(performance.now() - start);
  }
  latencies.sort((a, b) => a - b);
  figure('signal_to_completed_p50', latencies[Math.floor(count / 2)], 'ms');
  figure('signal_to_completed_p99', latencies[Math.floor((count * 99) / 100)], 'ms');
}

async function memory(client, worker, count) {
  const before = process.memoryUsage();
  await parallel(count, 50, (number) => client.workflow.start('listener', { taskQueue, workflowId: `idle-${number}` }));
  while (worker.getStatus().numCachedWorkflows < count) {
    await new Promise((wake) => { setTimeout(wake, 100); });
  }
  globalThis.gc();
  figure('resident_per_cached_workflow', (process.memoryUsage().rss - before.rss) / count, 'B');
}

async function main() {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowsPath: require.resolve('./workflows'),
    activities: { work: async (number) => number + 1 },
    maxConcurrentWorkflowTaskPolls: 20,
    maxConcurrentActivityTaskPolls: 20,
    maxCachedWorkflows: idle + workflows + 1000,
  });
  const running = worker.run();
  const client = new Client({ connection: await Connection.connect({ address }) });
  await throughput(client, 50, false);
  if (parts.includes('throughput')) {
    await throughput(client, workflows, true);
  }
  if (parts.includes('latency')) {
    await latency(client, signals);
  }
  if (parts.includes('idle')) {
    await memory(client, worker, idle);
  }
  console.log('DONE');
  worker.shutdown();
  await running;
  process.exit(0);
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
