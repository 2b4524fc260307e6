// What follows when a step fails, as an ES module: what is used often is a function or a constant.
const always = () => ({ op: 'true', values: [true] });

const steps = [
  {
    id: 'pQ7vLm2Xa',
    action: 'kustomer.rest-api.json',
    appVersion: 'kustomer-^1.9.2',
    params: { uri: 'https://carrier.example.com/parcels/{{steps.1.custom.parcelStr}}', method: 'GET' },
    transitions: [
      {
        target: 'tR4nBc8We',
        condition: { op: 'eq', values: ['/#steps.pQ7vLm2Xa.response.statusCode', 200] },
      },
    ],
    errorCases: [
      {
        condition: { op: 'and', values: [{ op: 'eq', values: ['/#error.statusCode', 503] }] },
        errorAction: { type: 'retry-action' },
        meta: { name: 'The carrier is busy' },
      },
      {
        condition: {
          op: 'or',
          values: [
            { op: 'eq', values: ['/#error.statusCode', 404] },
            { op: 'eq', values: ['/#error.statusCode', 410] },
          ],
        },
        errorAction: { type: 'stop-processing' },
        meta: { name: 'No such parcel' },
      },
      { target: 'kD2sYh6Uo', condition: always() },
    ],
    meta: { displayName: 'Ask the carrier' },
  },
  {
    id: 'tR4nBc8We',
    action: 'kustomer.conversation.append-tags',
    appVersion: 'kustomer-^1.9.2',
    params: { id: '/#steps.1.id', tags: ['on its way'] },
    transitions: [{ target: 'wZ9fGj5Ki', condition: always() }],
    errorCases: [{ condition: { op: 'and', values: [always()] }, errorAction: { type: 'continue' } }],
    meta: { displayName: 'Tag the conversation' },
  },
  {
    id: 'wZ9fGj5Ki',
    action: 'kustomer.note.create',
    appVersion: 'kustomer-^1.9.2',
    params: { conversation: '/#steps.1.id', body: 'The parcel is {{{steps.pQ7vLm2Xa.body.status}}}.' },
    transitions: [],
    errorCases: [
      {
        condition: { op: 'and', values: [{ op: 'eq', values: ['/#error.statusCode', 409] }] },
        errorAction: { type: 'retry-workflow' },
      },
    ],
    meta: { displayName: 'Say where the parcel is' },
  },
  {
    id: 'kD2sYh6Uo',
    action: 'kustomer.note.create',
    appVersion: 'kustomer-^1.9.2',
    params: { conversation: '/#steps.1.id', body: 'The carrier did not answer: {{{error.message}}}' },
    transitions: [],
    errorCases: [],
    meta: { displayName: 'Say that nobody knows' },
  },
];

const workflow = {
  name: 'Look up a parcel',
  description: 'Asks the carrier where a parcel is. What happens when the carrier does not answer differs from step to step.',
  trigger: {
    id: '1',
    eventName: 'kustomer.conversation.update',
    transitions: [
      {
        target: 'pQ7vLm2Xa',
        condition: { op: 'exists', values: ['/#steps.1.changes.attributes.custom.after.parcelStr', ''] },
      },
    ],
  },
  steps,
};

export default {
  app: 'parcel_tracking',
  version: '0.3.0',
  title: 'Parcel tracking',
  dependencies: ['kustomer-^1.9.2'],
  workflows: [workflow],
};
