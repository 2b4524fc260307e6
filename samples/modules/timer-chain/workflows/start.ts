import { ALWAYS, IDS } from '../ids';
import type { Workflow } from '../types';

export const start: Workflow = {
  name: 'followup-timer-1-of-4-start',
  description: 'Starts the chain when an agent starts the timer on an open conversation.',
  steps: [
    {
      transitions: [
        {
          target: 'PbymBzfzS',
          condition: { op: 'contains', values: ['/#steps.9YLjj12HE.tags', 'vip'] },
          meta: { name: 'VIP' },
        },
        { target: 'lRQbINWoR', condition: ALWAYS },
      ],
      errorCases: [],
      id: '9YLjj12HE',
      action: 'kustomer.customer.find',
      params: { id: '/#steps.1.customer' },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'Whose conversation' },
    },
    {
      transitions: [{ target: 'lRQbINWoR', condition: ALWAYS }],
      errorCases: [],
      id: 'PbymBzfzS',
      action: 'kustomer.conversation.append-tags',
      params: { id: '/#steps.1.id', tags: ['vip-follow-up'] },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'Tag for the VIP queue' },
    },
    {
      transitions: [],
      errorCases: [],
      id: 'lRQbINWoR',
      action: 'kustomer.app.scheduler.schedule-workflow',
      params: {
        runAt: { type: 'relative', value: 60 },
        workflowId: IDS.hour,
        inputs: {
          conversationId: '/#steps.1.id',
          '@timerStartAt': '/#steps.1.changes.attributes.custom.after.@timerStartAt',
        },
      },
      appVersion: 'scheduler-^1.0.1',
      meta: { displayName: 'Look again in an hour' },
    },
    {
      transitions: [
        {
          target: '9YLjj12HE',
          condition: {
            op: 'and',
            values: [
              { op: 'eq', values: ['/#steps.1.changes.attributes.custom.after.@timerBool', true] },
              { op: 'neq', values: ['/#steps.1.status', 'done'] },
            ],
          },
          meta: { name: 'Timer started' },
        },
      ],
      errorCases: [],
      id: 'wvODZuCal',
    },
  ],
  trigger: {
    transitions: [
      {
        target: 'wvODZuCal',
        condition: {
          op: 'or',
          values: [
            { op: 'eq', values: ['/#steps.1.changes.attributes.custom.before.@timerBool', false] },
            { op: 'dne', values: ['/#steps.1.changes.attributes.custom.before.@timerBool'] },
          ],
        },
        meta: { name: 'Timer was off' },
      },
    ],
    eventName: 'kustomer.conversation.update',
    id: '1',
    appVersion: 'kustomer-^1.9.2',
  },
};
