const {
  proxyActivities, defineSignal, defineQuery, defineUpdate, setHandler, condition, ApplicationFailure,
} = require('@temporalio/workflow');

exports.jsEntity = async function jsEntity(greeting) {
  let total = 0;
  let finish = null;
  setHandler(defineSignal('finish'), (value) => { finish = value; });
  setHandler(defineQuery('total'), () => total);
  setHandler(defineUpdate('add'), (amount) => { total += amount; return { total }; }, {
    validator: (amount) => {
      if (amount < 0) {
        throw ApplicationFailure.create({ message: 'no less', type: 'Negative' });
      }
    },
  });
  await condition(() => finish !== null);
  return { greeting, total, finish };
};

exports.jsFails = async function jsFails() {
  throw ApplicationFailure.create({ message: 'js says no', type: 'JsKind', nonRetryable: true, details: ['why', { code: 7 }] });
};

exports.jsCallsDotnet = async function jsCallsDotnet(queue) {
  const activities = proxyActivities({ taskQueue: queue, startToCloseTimeout: '20s' });
  return await activities['dotnet-double']({ Number: 21, Text: 'from js' });
};
