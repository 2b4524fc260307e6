import { ALWAYS, IDS } from '../ids';
import type { Workflow } from '../types';

export const week: Workflow = {
  id: IDS.week,
  name: 'followup-timer-4-of-4-7-days',
  steps: [
    {
      transitions: [{ target: 'c0RG15Z2V', condition: ALWAYS }],
      errorCases: [{ target: 'n3D7iEGRk', condition: ALWAYS }],
      id: 'LpSTuhglK',
      action: 'kustomer.user.find-by-id',
      params: { id: '/#steps.7NdGvkZSc.assignedUsers.0' },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'Who works on it' },
    },
    {
      transitions: [{ target: 'OvrOjr2lc', condition: ALWAYS }],
      errorCases: [],
      id: 'iLFhXHqtQ',
      action: 'kustomer.regex-match.generic',
      params: { testString: '{{{date \'hours\' count=0}}}', regex: '.*' },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'Current time' },
    },
    {
      transitions: [{ target: 'F8YwIhp2H', condition: ALWAYS }],
      errorCases: [],
      id: 'CwnLts-t7',
      action: 'kustomer.regex-match.generic',
      params: {
        testString: '{{math steps.OvrOjr2lc.match "+" steps.7NdGvkZSc.custom.[@timerDurationNum]}}',
        regex: '.*',
      },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'All runs together' },
    },
    {
      transitions: [{ target: 'CwnLts-t7', condition: ALWAYS }],
      errorCases: [],
      id: 'OvrOjr2lc',
      action: 'kustomer.regex-match.generic',
      params: {
        testString: '{{dateDiff \'milliseconds\' from=steps.7NdGvkZSc.custom.[@timerStartAt] to=steps.iLFhXHqtQ.match}}',
        regex: '.*',
      },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'This run, in milliseconds' },
    },
    {
      transitions: [
        {
          target: 'LpSTuhglK',
          condition: {
            op: 'and',
            values: [
              { op: 'eq', values: ['/#steps.7NdGvkZSc.custom.@timerBool', true] },
              {
                op: 'eq',
                values: ['/#steps.7NdGvkZSc.custom.@timerStartAt', '/#steps.1.@timerStartAt'],
              },
            ],
          },
          meta: { name: 'Same timer' },
        },
      ],
      errorCases: [],
      id: '7NdGvkZSc',
      action: 'kustomer.conversation.find-by-id',
      params: { id: '/#steps.1.conversationId' },
      appVersion: 'kustomer-^1.9.2',
    },
    {
      transitions: [{ target: 'iLFhXHqtQ', condition: ALWAYS }],
      errorCases: [],
      id: 'c0RG15Z2V',
      action: 'kustomer.note.create',
      params: {
        conversation: '/#steps.7NdGvkZSc.id',
        body: `**Timer stopped**

It ran for seven days. Please start it again if you are still on this.`,
        userMentions: [{ user: '/#steps.LpSTuhglK.id' }],
      },
      appVersion: 'kustomer-^1.9.2',
    },
    {
      transitions: [{ target: 'iLFhXHqtQ', condition: ALWAYS }],
      errorCases: [],
      id: 'n3D7iEGRk',
      action: 'kustomer.conversation.assign-team',
      params: { id: '/#steps.7NdGvkZSc.id', team: '5f7c9c1b2f4d2a001a86c0e3' },
      appVersion: 'kustomer-^1.9.2',
      meta: { displayName: 'Nobody: give it to the team lead' },
    },
    {
      transitions: [],
      errorCases: [],
      id: 'F8YwIhp2H',
      action: 'kustomer.app.followup_timer.stop-timer',
      params: {
        conversationId: '/#steps.1.conversationId',
        endedAt: '/#fn:dateFormat,steps.iLFhXHqtQ.match',
        duration: '/#fn:parseInt,steps.CwnLts-t7.match',
      },
      meta: { displayName: 'Write the duration back' },
    },
  ],
  trigger: {
    transitions: [{ target: '7NdGvkZSc', condition: ALWAYS }],
    id: '1',
    callable: true,
    schema: {
      properties: { conversationId: { type: 'string' }, '@timerStartAt': { type: 'string' } },
      required: ['conversationId', '@timerStartAt'],
    },
    eventName: `kustomer.workflow.${IDS.week}.call`,
  },
};
