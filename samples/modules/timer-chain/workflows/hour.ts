import { ALWAYS, IDS } from '../ids';
import type { Workflow } from '../types';

export const hour: Workflow = {
  id: IDS.hour,
  name: 'followup-timer-2-of-4-60-minutes',
  steps: [
    {
      transitions: [
        {
          target: 'FIITALRvr',
          condition: { op: 'eq', values: ['/#steps.a0PCeCIpC.status', 'snoozed'] },
          meta: { name: 'Snoozed' },
        },
        { target: '0CZe83-J3', condition: ALWAYS },
      ],
      errorCases: [],
      id: 'hBPvv9M45',
      action: 'kustomer.note.create',
      params: {
        conversation: '/#steps.1.conversationId',
        body: 'The follow-up timer has been running for 60 minutes.',
      },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'Tell the agent' },
    },
    {
      transitions: [],
      errorCases: [],
      id: '0CZe83-J3',
      action: 'kustomer.app.scheduler.schedule-workflow',
      params: {
        runAt: { type: 'relative', value: 1440 },
        workflowId: IDS.day,
        inputs: {
          conversationId: '/#steps.1.conversationId',
          '@timerStartAt': '/#steps.1.@timerStartAt',
          attempt: 1,
        },
      },
      appVersion: 'scheduler-^1.0.1',
      meta: { displayName: 'Look again tomorrow' },
    },
    {
      transitions: [{ target: '0CZe83-J3', condition: ALWAYS }],
      errorCases: [],
      id: 'FIITALRvr',
      action: 'kustomer.conversation.append-tags',
      params: { id: '/#steps.a0PCeCIpC.id', tags: ['follow-up-snoozed'] },
      appVersion: 'kustomer-^1.9.2',
    },
    {
      transitions: [
        {
          target: 'TZK54EHdd',
          condition: { op: 'eq', values: ['/#steps.a0PCeCIpC.status', 'done'] },
          meta: { name: 'Done meanwhile' },
        },
        {
          target: 'hBPvv9M45',
          condition: {
            op: 'and',
            values: [
              { op: 'eq', values: ['/#steps.a0PCeCIpC.custom.@timerBool', true] },
              {
                op: 'eq',
                values: ['/#steps.a0PCeCIpC.custom.@timerStartAt', '/#steps.1.@timerStartAt'],
              },
            ],
          },
          meta: { name: 'Same timer' },
        },
      ],
      errorCases: [],
      id: 'a0PCeCIpC',
      action: 'kustomer.conversation.find-by-id',
      params: { id: '/#steps.1.conversationId' },
      appVersion: 'kustomer-^1.9.2',
    },
    {
      transitions: [],
      errorCases: [],
      id: 'TZK54EHdd',
      action: 'kustomer.conversation.update',
      params: { id: '/#steps.1.conversationId', custom: { '@timerBool': false } },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'Switch the timer off' },
    },
  ],
  trigger: {
    transitions: [{ target: 'a0PCeCIpC', condition: ALWAYS }],
    id: '1',
    callable: true,
    schema: {
      properties: { conversationId: { type: 'string' }, '@timerStartAt': { type: 'string' } },
      required: ['conversationId', '@timerStartAt'],
    },
    eventName: `kustomer.workflow.${IDS.hour}.call`,
  },
};
