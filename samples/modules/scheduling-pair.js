'use strict';

// The two workflows of Kustomer's guide to scheduled workflows, as most published apps are written.
const KUSTOMER = 'kustomer-^1.4.8';
const SCHEDULER = 'scheduler-' + '^1.0.1';

/* The workflow that is called: its id is written once. */
const CALLED = '5f8e148232731d0015c14657';

const always = { op: 'true', values: [true] };

module.exports = {
  app: 'scheduling_pair',
  version: '1.0.0',
  title: 'Scheduling pair',
  description: 'One workflow schedules the other an hour after a customer has changed.',
  dependencies: [KUSTOMER, SCHEDULER],
  workflows: [
    {
      name: 'appConfiguredSchedulingworkflow',
      steps: [
        {
          transitions: [],
          id: 'egu-awuO4',
          action: 'kustomer.app.scheduler.schedule-workflow',
          params: {
            runAt: { value: 60, type: 'relative' },
            workflowId: CALLED,
            inputs: { foo: '/#steps.1.name' },
          },
          appVersion: SCHEDULER,
        },
      ],
      trigger: {
        transitions: [{ target: 'egu-awuO4', condition: always }],
        eventName: 'kustomer.customer.update',
        id: '1',
        appVersion: KUSTOMER,
      },
    },
    {
      id: CALLED,
      name: 'appConfiguredScheduledworkflow',
      steps: [
        {
          transitions: [],
          id: '2md61qrCP',
          action: 'kustomer.rest-api.json',
          params: { uri: 'https://hooks.example.com/customer-updated', method: 'POST', json: true },
          appVersion: KUSTOMER,
        },
      ],
      trigger: {
        transitions: [{ target: '2md61qrCP', condition: always }],
        id: '1',
        callable: true,
        schema: { properties: { foo: { type: 'string' } }, required: [] },
        eventName: `kustomer.workflow.${CALLED}.call`,
      },
    },
  ],
};
