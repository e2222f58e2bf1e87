const { proxyActivities, defineSignal, defineQuery, setHandler, condition } = require('@temporalio/workflow');

const { work } = proxyActivities({ startToCloseTimeout: '30s' });

exports.fiveActivities = async function fiveActivities(number) {
  for (let i = 0; i < 5; i++) {
    number = await work(number);
  }
  return number;
};

exports.listener = async function listener() {
  let heard = false;
  setHandler(defineSignal('hear'), () => { heard = true; });
  setHandler(defineQuery('heard'), () => heard);
  await condition(() => heard);
};
