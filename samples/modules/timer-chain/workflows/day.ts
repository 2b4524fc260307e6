import { ALWAYS, IDS } from '../ids';
import type { Workflow } from '../types';

export const day: Workflow = {
  id: IDS.day,
  name: 'followup-timer-3-of-4-1-day',
  steps: [
    {
      transitions: [{ target: 'QOcprj_VJ', condition: ALWAYS }],
      errorCases: [],
      id: 'eOIeKaOZp',
      action: 'kustomer.regex-match.generic',
      params: { testString: '{{math steps.1.attempt "+" 1}}', regex: '\\d+' },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'Next attempt' },
    },
    {
      transitions: [],
      errorCases: [],
      id: 'QOcprj_VJ',
      action: 'kustomer.app.scheduler.schedule-workflow',
      params: {
        runAt: { type: 'relative', value: 240 },
        workflowId: IDS.day,
        inputs: {
          conversationId: '/#steps.1.conversationId',
          '@timerStartAt': '/#steps.1.@timerStartAt',
          attempt: '/#fn:parseInt,steps.eOIeKaOZp.match',
        },
      },
      appVersion: 'scheduler-^1.0.1',
      meta: { displayName: 'Ask again in four hours' },
    },
    {
      transitions: [
        {
          target: 'ZodsKVnmM',
          condition: { op: 'dne', values: ['/#steps.RTva5Wg3w.sentAt'] },
          meta: { name: 'No message at all' },
        },
        { target: 'Q3XGpQPVq', condition: ALWAYS },
      ],
      errorCases: [],
      id: 'RTva5Wg3w',
      action: 'kustomer.message.find-last',
      params: { conversation: '/#steps.yZVIBA9et.id', direction: 'in' },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'Last word of the customer' },
    },
    {
      transitions: [
        {
          target: 'Ls4dGTorA',
          condition: {
            op: 'or',
            values: [
              { op: 'eq', values: ['/#steps.yZVIBA9et.status', 'done'] },
              { op: 'eq', values: ['/#steps.yZVIBA9et.custom.@timerBool', false] },
            ],
          },
          meta: { name: 'Nothing left to follow up' },
        },
        {
          target: 'eOIeKaOZp',
          condition: {
            op: 'and',
            values: [
              { op: 'eq', values: ['/#steps.yZVIBA9et.status', 'snoozed'] },
              { op: 'lt', values: ['/#steps.1.attempt', 6] },
            ],
          },
          meta: { name: 'Snoozed, ask again' },
        },
        {
          target: 'RTva5Wg3w',
          condition: {
            op: 'and',
            values: [
              { op: 'eq', values: ['/#steps.yZVIBA9et.custom.@timerBool', true] },
              {
                op: 'eq',
                values: ['/#steps.yZVIBA9et.custom.@timerStartAt', '/#steps.1.@timerStartAt'],
              },
            ],
          },
          meta: { name: 'Same timer' },
        },
      ],
      errorCases: [{ target: 'DJ1MxBoGc', condition: ALWAYS, meta: { name: 'Conversation is gone' } }],
      id: 'yZVIBA9et',
      action: 'kustomer.conversation.find-by-id',
      params: { id: '/#steps.1.conversationId' },
      appVersion: 'kustomer-^1.9.2',
    },
    {
      transitions: [],
      errorCases: [],
      id: 'Ls4dGTorA',
      action: 'kustomer.conversation.update',
      params: {
        id: '/#steps.yZVIBA9et.id',
        custom: { '@timerBool': false, '@timerEndAt': '{{{date \'hours\' count=0}}}' },
      },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'Switch the timer off' },
    },
    {
      transitions: [{ target: 'ZodsKVnmM', condition: ALWAYS }],
      errorCases: [],
      id: 'zkvPbkrYV',
      action: 'kustomer.note.create',
      params: {
        conversation: '/#steps.yZVIBA9et.id',
        body: '{{#if steps.yZVIBA9et.subject}}**{{{steps.yZVIBA9et.subject}}}**{{else}}This conversation{{/if}} has waited {{steps.Q3XGpQPVq.match}} hours for an answer.',
      },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'Nudge' },
    },
    {
      transitions: [],
      errorCases: [],
      id: 'DJ1MxBoGc',
      action: 'kustomer.rest-api.json',
      params: {
        uri: 'https://status.example.com/followup/lost',
        method: 'POST',
        json: true,
        data: { conversation: '/#steps.1.conversationId', reason: '/#error.message' },
      },
      appVersion: 'kustomer-^1.9.2',
    },
    {
      transitions: [
        {
          target: 'zkvPbkrYV',
          condition: { op: 'gt', values: ['/#fn:parseInt,steps.Q3XGpQPVq.match', 24] },
          meta: { name: 'Silent for a day' },
        },
        { target: 'ZodsKVnmM', condition: ALWAYS },
      ],
      errorCases: [],
      id: 'Q3XGpQPVq',
      action: 'kustomer.regex-match.generic',
      params: {
        testString: '{{dateDiff \'hours\' from=steps.RTva5Wg3w.sentAt to=steps.yZVIBA9et.updatedAt}}',
        regex: '-?\\d+',
      },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'Hours since then' },
    },
    {
      transitions: [],
      errorCases: [],
      id: 'ZodsKVnmM',
      action: 'kustomer.app.scheduler.schedule-workflow',
      params: {
        runAt: { type: 'relative', value: 10080 },
        workflowId: IDS.week,
        inputs: { conversationId: '/#steps.1.conversationId', '@timerStartAt': '/#steps.1.@timerStartAt' },
      },
      appVersion: 'scheduler-^1.0.1',
      meta: { displayName: 'Look a last time in a week' },
    },
  ],
  trigger: {
    transitions: [{ target: 'yZVIBA9et', condition: ALWAYS }],
    id: '1',
    callable: true,
    schema: {
      properties: {
        conversationId: { type: 'string' },
        '@timerStartAt': { type: 'string' },
        attempt: { type: 'number' },
      },
      required: ['conversationId', '@timerStartAt', 'attempt'],
    },
    eventName: `kustomer.workflow.${IDS.day}.call`,
  },
};
