// `withMonitor`, check-ins by hand, and node-cron as the SDK instruments it.
// What comes of it: `node-works` and `node-cron` completed, `node-fails` failed, `node-by-hand` completed in the
// environment `staging` after 2.5 s.
const Sentry = require('@sentry/node');
const cron = require('node-cron');

const NIGHTLY = {
  schedule: { type: 'crontab', value: '0 2 * * *' },
  timezone: 'Europe/Riga',
  checkinMargin: 5,
  maxRuntime: 30,
  failureIssueThreshold: 2,
  recoveryThreshold: 2,
};

let complaints = 0;

function start(environment) {
  const client = Sentry.init({ dsn: process.env.PUNCTUAL_DSN, environment, release: 'books@4' });
  const transport = client.getTransport();
  const send = transport.send.bind(transport);
  transport.send = async (envelope) => {
    const answer = await send(envelope);
    if (!(answer.statusCode >= 200 && answer.statusCode < 300)) {
      complaints += 1;
      console.error('answered with', answer.statusCode);
    }
    return answer;
  };
}

async function main() {
  start('production');
  await Sentry.withMonitor('node-works', async () => 7, NIGHTLY);
  await Sentry.withMonitor('node-fails', async () => { throw new Error('disk full'); }, NIGHTLY).catch(() => {});

  const instrumented = Sentry.cron.instrumentNodeCron(cron);
  const task = instrumented.schedule('30 2 * * *', async () => {}, { name: 'node-cron', timezone: 'Europe/Riga' });
  await task.execute();
  await task.destroy();
  if (!(await Sentry.close(5000))) complaints += 1;

  start('staging');
  const checkInId = Sentry.captureCheckIn({ monitorSlug: 'node-by-hand', status: 'in_progress' });
  Sentry.captureCheckIn({ checkInId, monitorSlug: 'node-by-hand', status: 'ok', duration: 2.5 });
  if (!(await Sentry.flush(5000))) complaints += 1;
  process.exitCode = complaints === 0 ? 0 : 1;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
