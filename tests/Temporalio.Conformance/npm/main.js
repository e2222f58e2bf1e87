// node main.js worker ADDRESS QUEUE | node main.js client ADDRESS QUEUE ID
const { Client, Connection, WorkflowUpdateStage } = require('@temporalio/client');
const { Worker, NativeConnection } = require('@temporalio/worker');

async function worker(address, taskQueue) {
  const connection = await NativeConnection.connect({ address });
  const running = await Worker.create({
    connection,
    taskQueue,
    workflowsPath: require.resolve('./workflows'),
    activities: { jsReverse: async (value) => ({ reversed: [...value.text].reverse().join(''), number: value.number }) },
  });
  console.log('READY');
  await running.run();
}

async function client(address, taskQueue, workflowId) {
  const connection = await Connection.connect({ address });
  const temporal = new Client({ connection });
  const handle = await temporal.workflow.start('DotnetEntity', { taskQueue, workflowId, args: ['hello', { Number: 1, Text: 'js' }] });
  const first = await handle.executeUpdate('Add', { args: [5] });
  let rejection = null;
  try {
    await handle.executeUpdate('Add', { args: [-1] });
  } catch (e) {
    rejection = { message: e.cause.message, type: e.cause.type };
  }
  const total = await handle.query('Total');
  await handle.signal('Finish', 'enough');
  const result = await handle.result();
  let failure = null;
  try {
    await temporal.workflow.execute('DotnetFails', { taskQueue, workflowId: workflowId + '-fails' });
  } catch (e) {
    failure = { message: e.cause.message, type: e.cause.type, nonRetryable: e.cause.nonRetryable, details: e.cause.details, inner: e.cause.cause.message };
  }
  console.log('RESULT ' + JSON.stringify({ first, rejection, total, result, failure }));
  await connection.close();
}

const [mode, ...rest] = process.argv.slice(2);
(mode === 'worker' ? worker(...rest) : client(...rest)).catch((e) => {
  console.error(e);
  process.exit(1);
});
