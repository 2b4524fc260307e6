// A timer of four workflows, a file each.
import { start } from './workflows/start.js';
import { hour } from './workflows/hour.js';
import { day } from './workflows/day.js';
import { week } from './workflows/week.js';
import type { App } from './types';
import settings from './settings.json';

const app: App = {
  app: 'followup_timer',
  version: '0.3.1',
  title: 'Follow-up timer',
  description: 'Reminds the team after an hour, a day and a week that a conversation still waits, and adds up how long.',
  dependencies: ['kustomer-^1.9.2', 'scheduler-^1.0.1'],
  appDetails: {
    appDeveloper: {
      name: 'Harbour & Pine',
      website: 'https://harbourpine.example.com',
      supportEmail: 'apps@harbourpine.example.com',
    },
  },
  settings,
  klasses: [
    {
      name: 'conversation',
      metadata: {
        standard: true,
        properties: {
          timerBool: { displayName: 'Timer runs' },
          timerStartAt: { displayName: 'Timer started' },
          timerEndAt: { displayName: 'Timer ended' },
          timerDurationNum: { displayName: 'Time on timer (ms)' },
        },
      },
    },
  ],
  actions: [
    {
      name: 'kustomer.app.followup_timer.stop-timer',
      type: 'rest_api',
      appSettings: {
        authToken: { key: 'followup_timer.default.authToken' },
        orgName: { key: 'followup_timer.default.orgName' },
      },
      inputTemplate: {
        uri: 'https://{{orgName}}.api.kustomerapp.com/v1/conversations/{{conversationId}}',
        method: 'PUT',
        headers: {
          authorization: 'Bearer {{authToken}}',
          'Content-Type': 'application/json',
          Accept: 'application/json',
        },
        data: {
          custom: { '@timerBool': false, '@timerEndAt': '{{endedAt}}', '@timerDurationNum': '/#duration' },
        },
        json: true,
      },
      inputSchema: {
        type: 'object',
        properties: {
          conversationId: { type: 'string' },
          endedAt: { type: 'string' },
          duration: { type: 'number' },
        },
        required: ['conversationId', 'endedAt', 'duration'],
        additionalProperties: false,
      },
      outputTemplate: { response: '/#response', body: '/#body' },
      outputSchema: {
        type: 'object',
        properties: { response: { type: 'object' }, body: { type: 'object' } },
        additionalProperties: false,
      },
    },
  ],
  workflows: [start, hour, day, week],
} satisfies App;

export default app;
