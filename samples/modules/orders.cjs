// An order app whose parts are put together: constants, objects spread into others, members that are computed.
const conditions = Object.freeze({ always: { op: 'true', values: [true] } });

const about = {
  app: "orderdesk",
  version: "2.4.0",
  title: "Orderdesk",
  description: "Shows a shop's orders on the customer timeline, follows parcels and refunds returns.",
  dependencies: ["kustomer-^1.12.0", "scheduler-^1.0.1"],
  visibility: "private",
  iconUrl: "https://orderdesk.example.com/icon.png",
  settings: {
    default: {
      apiKey: { type: "secret", defaultValue: "", required: true },
      shop: { type: "string", defaultValue: "", required: true },
    },
  },
  klasses: [
    {
      name: "order",
      icon: "shopping",
      color: "#4b7bec",
      metadata: {
        properties: {
          totalNum: { displayName: "Total" },
          currencyStr: { displayName: "Currency" },
          statusStr: { displayName: "Status" },
          trackingStr: { displayName: "Tracking code" },
          qtyStr: { displayName: "Quantity" },
          returnStr: { displayName: "Return" },
          placedAt: { displayName: "Placed" },
          deliveredAt: { displayName: "Delivered" },
        },
      },
    },
  ],
  hooks: [
    {
      eventName: "kustomer.app.orderdesk.order.create",
      displayEventName: "Order placed",
      description: "The shop sends a new order",
      type: "web",
    },
    {
      eventName: "kustomer.app.orderdesk.order.ship",
      displayEventName: "Order shipped",
      description: "The shop hands an order to the carrier",
      type: "web",
    },
  ],
  triggers: [
    {
      eventName: "kustomer.app.orderdesk.order.create",
      description: "An order was placed in the shop",
    },
    {
      eventName: "kustomer.app.orderdesk.order.ship",
      description: "An order has left the warehouse",
    },
    {
      eventName: "kustomer.app.orderdesk.refund.duplicate",
      description: "An order was to be refunded a second time",
    },
  ],
};

const actions = [
  {
    name: "kustomer.app.orderdesk.get-order",
    type: "rest_api",
    displayName: "Get an order",
    appSettings: { apiKey: { key: "orderdesk.default.apiKey" }, shop: { key: "orderdesk.default.shop" } },
    inputTemplate: {
      uri: "https://{{shop}}.orderdesk.example.com/api/v2/orders/{{orderNumber}}",
      method: "GET",
      headers: { authorization: "Bearer {{{apiKey}}}", "Content-Type": "application/json" },
      json: true,
    },
    inputSchema: {
      type: "object",
      properties: { orderNumber: { type: "string" } },
      required: ["orderNumber"],
      additionalProperties: false,
    },
    outputTemplate: { response: "/#response", body: "/#body" },
    outputSchema: {
      type: "object",
      properties: { response: { type: "object" }, body: { type: "object" } },
      additionalProperties: false,
    },
  },
  {
    name: "kustomer.app.orderdesk.get-shipment",
    type: "rest_api",
    displayName: "Get a shipment",
    appSettings: { apiKey: { key: "orderdesk.default.apiKey" }, shop: { key: "orderdesk.default.shop" } },
    inputTemplate: {
      uri: "https://{{shop}}.orderdesk.example.com/api/v2/shipments/{{shipmentId}}?expand={{expand}}",
      method: "GET",
      headers: { authorization: "Bearer {{{apiKey}}}", "Content-Type": "application/json" },
      json: true,
    },
    inputSchema: {
      type: "object",
      properties: { shipmentId: { type: "string" }, expand: { type: "string" } },
      required: ["shipmentId"],
      additionalProperties: false,
    },
    outputTemplate: { response: "/#response", body: "/#body" },
    outputSchema: {
      type: "object",
      properties: { response: { type: "object" }, body: { type: "object" } },
      additionalProperties: false,
    },
  },
  {
    name: "kustomer.app.orderdesk.refund-order",
    type: "rest_api",
    displayName: "Refund an order",
    appSettings: { apiKey: { key: "orderdesk.default.apiKey" }, shop: { key: "orderdesk.default.shop" } },
    inputTemplate: {
      uri: "https://{{shop}}.orderdesk.example.com/api/v2/orders/{{orderNumber}}/refunds",
      method: "POST",
      headers: { authorization: "Bearer {{{apiKey}}}", "Content-Type": "application/json" },
      json: true,
      data: { amount: "/#amount", reason: "/#reason", notify: "/#notify" },
    },
    inputSchema: {
      type: "object",
      properties: {
        orderNumber: { type: "string" },
        amount: { type: "number" },
        reason: { type: "string" },
        notify: { type: "boolean" },
      },
      required: ["orderNumber", "amount"],
      additionalProperties: false,
    },
    outputTemplate: { response: "/#response", body: "/#body" },
    outputSchema: {
      type: "object",
      properties: { response: { type: "object" }, body: { type: "object" } },
      additionalProperties: false,
    },
  },
];

const workflows = [];

workflows.push({
  name: "order-created",
  description: "Puts an order that the shop sends on its customer's timeline.",
  steps: [
    {
      transitions: [],
      errorCases: [],
      id: "gBcc4f1uv",
      action: "kustomer.customer.update",
      params: {
        id: "/#steps.KUGbgU8yn.id",
        tags: ["big-spender"],
        custom: { lastOrderTotalNum: "/#fn:parseFloat,steps.1.attributes.data.order.total" },
      },
      appVersion: "kustomer-^1.12.0",
    },
    {
      transitions: [],
      errorCases: [],
      id: "WnxsiVAWq",
      action: "kustomer.message.create",
      params: {
        customer: "/#steps.UK-qZoysU.id",
        channel: "email",
        direction: "out",
        subject: "Thank you for your first order",
        body: `Hello {{{steps.UK-qZoysU.name}}},

we have your order {{{steps.1.attributes.data.order.number}}} with:
{{#each steps.1.attributes.data.order.items}}- {{quantity}} × {{{title}}}
{{/each}}
{{#if steps.1.attributes.data.order.expressBool}}It leaves us today.{{else}}It leaves us within two days.{{/if}}`,
      },
      appVersion: "kustomer-^1.12.0",
    },
    {
      transitions: [],
      errorCases: [],
      id: "W0hW0oxYj",
      action: "kustomer.rest-api.json",
      params: {
        uri: "https://ops.example.com/orderdesk/unmatched",
        method: "POST",
        json: true,
        headers: { "X-Source": "kustomer" },
        data: {
          order: "/#steps.1.attributes.data.order.number",
          items: "/#steps.1.attributes.data.order.items.length",
        },
      },
      appVersion: "kustomer-^1.12.0",
      meta: { displayName: "Report the order without a customer" },
    },
    {
      transitions: [
        {
          target: "WnxsiVAWq",
          condition: { op: "dne", values: ["/#steps.1.attributes.data.order.giftRecipient"] },
          meta: { name: "Not a gift" },
        },
      ],
      errorCases: [],
      id: "Jokl2dFGU",
      action: "kustomer.kobject.create-with-customer",
      params: {
        klass: "order",
        customer: { id: "/#steps.UK-qZoysU.id" },
        title: "First order {{{steps.1.attributes.data.order.number}}}",
        externalId: "/#steps.1.attributes.data.order.number",
        custom: {
          totalNum: "/#fn:parseFloat,steps.1.attributes.data.order.total",
          currencyStr: "/#steps.1.attributes.data.order.currency",
          statusStr: "placed",
        },
      },
      appVersion: "kustomer-^1.12.0",
      meta: { displayName: "Add to the new timeline" },
    },
    {
      transitions: [
        {
          target: "gBcc4f1uv",
          condition: { op: "gt", values: ["/#fn:parseFloat,steps.1.attributes.data.order.total", "500"] },
          meta: { name: "Large order" },
        },
      ],
      errorCases: [],
      id: "9Hpte8R2f",
      action: "kustomer.kobject.create",
      params: {
        klass: "order",
        customer: "/#steps.KUGbgU8yn.id",
        title: "Order {{{steps.1.attributes.data.order.number}}}",
        externalId: "/#steps.1.attributes.data.order.number",
        custom: {
          totalNum: "/#fn:parseFloat,steps.1.attributes.data.order.total",
          currencyStr: "/#steps.1.attributes.data.order.currency",
          statusStr: "placed",
          placedAt: "/#fn:dateFormat,steps.1.attributes.data.order.createdAt",
        },
      },
      appVersion: "kustomer-^1.12.0",
      meta: { displayName: "Add to the timeline" },
    },
    {
      transitions: [{ target: "Xp3LFBvZf", condition: conditions.always }],
      errorCases: [],
      id: "UK-qZoysU",
      action: "kustomer.customer.create",
      params: {
        name: "{{{steps.1.attributes.data.order.firstName}}} {{{steps.1.attributes.data.order.lastName}}}",
        emails: [{ type: "home", email: "/#steps.1.attributes.data.order.email" }],
        phones: [{ type: "mobile", phone: "/#steps.1.attributes.data.order.phone" }],
        externalId: "shop-{{steps.1.attributes.data.order.customerNumber}}",
      },
      appVersion: "kustomer-^1.12.0",
      meta: { displayName: "Create the customer" },
    },
    {
      transitions: [
        {
          target: "9Hpte8R2f",
          condition: { op: "exists", values: ["/#steps.KUGbgU8yn.id"] },
          meta: { name: "Known customer" },
        },
        {
          target: "Jokl2dFGU",
          condition: { op: "exists", values: ["/#steps.UK-qZoysU.id"] },
          meta: { name: "New customer" },
        },
      ],
      errorCases: [],
      id: "Xp3LFBvZf",
      meta: { displayName: "Known or new?" },
    },
    {
      transitions: [{ target: "Xp3LFBvZf", condition: conditions.always }],
      errorCases: [{ target: "UK-qZoysU", condition: conditions.always }],
      id: "KUGbgU8yn",
      action: "kustomer.customer.find-by-email",
      params: { email: "/#steps.1.attributes.data.order.email" },
      appVersion: "kustomer-^1.12.0",
      meta: { displayName: "Find the customer" },
    },
  ],
  trigger: {
    transitions: [
      {
        target: "KUGbgU8yn",
        condition: {
          op: "and",
          values: [
            { op: "exists", values: ["/#steps.1.attributes.data.order.email"] },
            {
              op: "eq",
              values: ["/#fn:isValidEmailAddress,steps.1.attributes.data.order.email", true],
            },
          ],
        },
        meta: { name: "Order with an email address" },
      },
      {
        target: "W0hW0oxYj",
        condition: conditions.always,
        meta: { name: "No way to tell whose order" },
      },
    ],
    eventName: "kustomer.app.orderdesk.order.create",
    id: "1",
  },
});

workflows.push({
  name: "order-shipped",
  steps: [
    {
      transitions: [{ target: "kkb866UrB", condition: conditions.always }],
      errorCases: [],
      id: "bmpX4v7cb",
      action: "kustomer.kobject.update",
      params: {
        id: "/#steps.7PCiZt_i6.id",
        klass: "order",
        custom: {
          statusStr: "shipped",
          trackingStr: "/#steps.M41BuSBoR.body.trackingCode",
          parcelsNum: "/#steps.M41BuSBoR.body.parcels.length",
        },
      },
      appVersion: "kustomer-^1.12.0",
    },
    {
      transitions: [{ target: "M41BuSBoR", condition: { op: "exists", values: ["/#steps.7PCiZt_i6.id"] } }],
      errorCases: [],
      id: "7PCiZt_i6",
      action: "kustomer.kobject.find-by-external-id",
      params: { klass: "order", externalId: "/#steps.1.attributes.data.order.number" },
      appVersion: "kustomer-^1.12.0",
      meta: { displayName: "Find the order" },
    },
    {
      transitions: [],
      errorCases: [],
      id: "JpQ86AjvQ",
      action: "kustomer.note.create",
      params: {
        customer: "/#steps.7PCiZt_i6.customer",
        body: "The shop answered {{steps.M41BuSBoR.response.statusCode}} for shipment {{{steps.1.attributes.data.shipment.id}}}.",
      },
      appVersion: "kustomer-^1.12.0",
    },
    {
      transitions: [{ target: "eH6_j8-FU", condition: conditions.always }],
      errorCases: [],
      id: "kkb866UrB",
      action: "kustomer.message.create",
      params: {
        customer: "/#steps.7PCiZt_i6.customer",
        channel: "email",
        direction: "out",
        subject: "Order {{{steps.7PCiZt_i6.externalId}}} is on its way",
        body: `{{#unless steps.M41BuSBoR.body.trackingCode}}Your parcel has left us.{{else}}Follow your parcel: https://track.example.com/{{{toLower steps.M41BuSBoR.body.trackingCode}}}{{/unless}}

Expected: {{{dateFormat steps.M41BuSBoR.body.expectedAt format='LL'}}}`,
      },
      appVersion: "kustomer-^1.12.0",
      meta: { displayName: "Tell the customer" },
    },
    {
      transitions: [],
      errorCases: [],
      id: "IEGmR3AwR",
      action: "kustomer.app.scheduler.schedule-workflow",
      params: {
        runAt: { type: "relative", value: 15 },
        workflowId: "618d2b7ac51f0e0013c9a4d2",
        inputs: {
          orderNumber: "/#steps.7PCiZt_i6.externalId",
          shipmentId: "/#steps.1.attributes.data.shipment.id",
          orderId: "/#steps.7PCiZt_i6.id",
          attempt: 0,
        },
      },
      appVersion: "scheduler-^1.0.1",
      meta: { displayName: "Try again in a quarter of an hour" },
    },
    {
      transitions: [
        {
          target: "bmpX4v7cb",
          condition: {
            op: "and",
            values: [
              { op: "gte", values: ["/#steps.M41BuSBoR.response.statusCode", 200] },
              { op: "lt", values: ["/#steps.M41BuSBoR.response.statusCode", 300] },
            ],
          },
          meta: { name: "Answered" },
        },
        { target: "JpQ86AjvQ", condition: conditions.always, meta: { name: "Unexpected answer" } },
      ],
      errorCases: [
        {
          target: "IEGmR3AwR",
          condition: {
            op: "or",
            values: [
              { op: "eq", values: ["/#error.statusCode", 429] },
              { op: "eq", values: ["/#error.statusCode", 503] },
            ],
          },
          meta: { name: "Shop is busy" },
        },
        { target: "KpQ3yF0Zr", condition: conditions.always, meta: { name: "Shop failed" } },
      ],
      id: "M41BuSBoR",
      action: "kustomer.app.orderdesk.get-shipment",
      params: { shipmentId: "/#steps.1.attributes.data.shipment.id", expand: "parcels,carrier" },
      meta: { displayName: "Ask for parcels" },
    },
    {
      transitions: [],
      errorCases: [],
      id: "KpQ3yF0Zr",
      action: "kustomer.note.create",
      params: {
        customer: "/#steps.7PCiZt_i6.customer",
        body: "The shop could not be asked about shipment {{{steps.1.attributes.data.shipment.id}}}: {{{error.message}}}",
      },
      appVersion: "kustomer-^1.12.0",
    },
    {
      transitions: [],
      errorCases: [],
      id: "eH6_j8-FU",
      action: "kustomer.app.scheduler.schedule-workflow",
      params: {
        runAt: { type: "relative", value: 4320 },
        workflowId: "618d2b7ac51f0e0013c9a4d2",
        inputs: {
          orderNumber: "/#steps.7PCiZt_i6.externalId",
          shipmentId: "/#steps.1.attributes.data.shipment.id",
          orderId: "/#steps.7PCiZt_i6.id",
          attempt: 1,
        },
      },
      appVersion: "scheduler-^1.0.1",
      meta: { displayName: "Check delivery in three days" },
    },
  ],
  trigger: {
    transitions: [{ target: "7PCiZt_i6", condition: conditions.always }],
    eventName: "kustomer.app.orderdesk.order.ship",
    id: "1",
  },
});

workflows.push({
  id: "618d2b7ac51f0e0013c9a4d2",
  name: "check-delivery",
  description: "Asks the shop about a parcel every day until it is delivered or stuck.",
  steps: [
    {
      transitions: [{ target: "DsIfGOcR0", condition: conditions.always }],
      errorCases: [],
      id: "3v2KXDnAo",
      action: "kustomer.conversation.create",
      params: {
        customer: "/#steps.PNxSP4rOk.customer",
        name: "Parcel of order {{{steps.1.orderNumber}}} is stuck",
        tags: ["parcel-stuck"],
        priority: 4,
        custom: { orderStr: "/#steps.1.orderNumber", attemptsNum: "/#steps.1.attempt" },
      },
      appVersion: "kustomer-^1.12.0",
      meta: { displayName: "Open a conversation" },
    },
    {
      transitions: [
        {
          target: "3v2KXDnAo",
          condition: { op: "exists", values: ["/#steps.PNxSP4rOk.customer"] },
        },
      ],
      errorCases: [],
      id: "PNxSP4rOk",
      action: "kustomer.kobject.find",
      params: { klass: "order", id: "/#steps.1.orderId" },
      appVersion: "kustomer-^1.12.0",
      meta: { displayName: "Whose order" },
    },
    {
      transitions: [],
      errorCases: [],
      id: "jtHEqPtzi",
      action: "kustomer.app.scheduler.schedule-workflow",
      params: {
        runAt: { type: "relative", value: 1440 },
        workflowId: "618d2b7ac51f0e0013c9a4d2",
        inputs: {
          orderNumber: "/#steps.1.orderNumber",
          shipmentId: "/#steps.1.shipmentId",
          orderId: "/#steps.1.orderId",
          attempt: "/#fn:parseInt,steps.AtzikAfzH.match",
        },
      },
      appVersion: "scheduler-^1.0.1",
      meta: { displayName: "Check again tomorrow" },
    },
    {
      transitions: [{ target: "jtHEqPtzi", condition: conditions.always }],
      errorCases: [],
      id: "AtzikAfzH",
      action: "kustomer.regex-match.generic",
      params: { testString: "{{math steps.1.attempt \"+\" 1}}", regex: "\\d+" },
      appVersion: "kustomer-^1.12.0",
      meta: { displayName: "Count attempts" },
    },
    {
      transitions: [],
      errorCases: [],
      id: "DsIfGOcR0",
      action: "kustomer.conversation.assign-team",
      params: { id: "/#steps.3v2KXDnAo.id", team: "5c1a6e0a4f0c9b0017d1e7aa" },
      appVersion: "kustomer-^1.12.0",
    },
    {
      transitions: [],
      errorCases: [],
      id: "Hmz6Pax1g",
      action: "kustomer.kobject.update",
      params: {
        id: "/#steps.1.orderId",
        klass: "order",
        custom: { statusStr: "unknown", lastErrorStr: "/#error.message" },
      },
      appVersion: "kustomer-^1.12.0",
      meta: { displayName: "Remember the failure" },
    },
    {
      transitions: [
        {
          target: "dFiHu-DIc",
          condition: { op: "eq", values: ["/#steps.gT0pjFtqZ.body.status", "delivered"] },
          meta: { name: "Delivered" },
        },
        {
          target: "AtzikAfzH",
          condition: {
            op: "and",
            values: [
              {
                op: "contains",
                values: ["/#steps.gT0pjFtqZ.body.status", ["in_transit", "out_for_delivery"]],
              },
              { op: "lt", values: ["/#steps.1.attempt", 5] },
            ],
          },
          meta: { name: "Still moving" },
        },
        { target: "PNxSP4rOk", condition: conditions.always, meta: { name: "Stuck" } },
      ],
      errorCases: [
        {
          target: "Hmz6Pax1g",
          condition: { op: "eq", values: ["/#error.statusCode", 404] },
          meta: { name: "No such shipment" },
        },
      ],
      id: "gT0pjFtqZ",
      action: "kustomer.app.orderdesk.get-shipment",
      params: { shipmentId: "/#steps.1.shipmentId" },
      meta: { displayName: "Where is it now?" },
    },
    {
      transitions: [],
      errorCases: [],
      id: "dFiHu-DIc",
      action: "kustomer.kobject.update",
      params: {
        id: "/#steps.1.orderId",
        klass: "order",
        custom: { statusStr: "delivered", deliveredAt: "/#steps.gT0pjFtqZ.body.deliveredAt" },
      },
      appVersion: "kustomer-^1.12.0",
    },
  ],
  trigger: {
    transitions: [{ target: "gT0pjFtqZ", condition: conditions.always }],
    id: "1",
    callable: true,
    schema: {
      properties: {
        orderNumber: { type: "string" },
        shipmentId: { type: "string" },
        orderId: { type: "string" },
        attempt: { type: "number" },
      },
      required: ["orderNumber", "shipmentId", "orderId"],
    },
    eventName: "kustomer.workflow.618d2b7ac51f0e0013c9a4d2.call",
  },
});

workflows.push({
  id: "618d2bd0a7f1e2001a5503fe",
  name: "order-status",
  description: "Answers the assistant's question where an order is.",
  trigger: {
    transitions: [
      { target: "PXoY0nzLQ", condition: { op: "exists", values: ["/#steps.1.orderNumber"] } },
      { target: "e4eKSgJbU", condition: conditions.always },
    ],
    id: "1",
    callable: true,
    schema: {
      properties: { orderNumber: { type: "string" }, locale: { type: "string", enum: ["en", "de", "fr"] } },
      required: ["orderNumber"],
    },
    eventName: "kustomer.workflow.618d2bd0a7f1e2001a5503fe.call",
  },
  steps: [
    {
      id: "PXoY0nzLQ",
      action: "kustomer.app.orderdesk.get-order",
      params: { orderNumber: "/#steps.1.orderNumber" },
      transitions: [
        {
          target: "9JqDlrkcM",
          condition: { op: "eq", values: ["/#steps.PXoY0nzLQ.response.statusCode", 200] },
        },
        { target: "e4eKSgJbU", condition: conditions.always },
      ],
      errorCases: [{ target: "mThIv7dtr", condition: conditions.always }],
      meta: { displayName: "Ask the shop" },
    },
    {
      id: "9JqDlrkcM",
      action: "kustomer.responsive-workflow.respond",
      params: {
        outputs: {
          found: true,
          status: "/#steps.PXoY0nzLQ.body.status",
          total: "/#steps.PXoY0nzLQ.body.total",
          summary: "{{#if steps.PXoY0nzLQ.body.items.length}}{{steps.PXoY0nzLQ.body.items.length}} articles, {{/if}}{{{steps.PXoY0nzLQ.body.status}}}",
        },
      },
      transitions: [],
      appVersion: "kustomer-^1.12.0",
    },
    {
      id: "e4eKSgJbU",
      action: "kustomer.responsive-workflow.respond",
      params: { outputs: { found: false } },
      transitions: [],
      appVersion: "kustomer-^1.12.0",
    },
    {
      id: "mThIv7dtr",
      action: "kustomer.responsive-workflow.respond",
      params: { outputs: { found: false, summary: "{{{error.message}}}" } },
      transitions: [],
      appVersion: "kustomer-^1.12.0",
    },
  ],
  response: {
    schema: {
      properties: {
        found: { type: "boolean" },
        status: { type: "string" },
        total: { type: "number" },
        summary: { type: "string" },
      },
      required: ["found"],
    },
  },
});

workflows.push({
  name: "return-accepted",
  enabled: true,
  steps: [
    {
      transitions: [],
      errorCases: [],
      id: "aoun971SK",
      action: "kustomer.app.scheduler.schedule-workflow",
      params: {
        runAt: { type: "relative", value: 1 },
        workflowId: "618d2c41be9d7700182f6c90",
        inputs: {
          orderNumber: "/#steps.1.externalId",
          amount: "/#steps.1.custom.totalNum",
          customerId: "/#steps.K6H8Tw3IG.id",
          notify: true,
        },
      },
      appVersion: "scheduler-^1.0.1",
    },
    {
      transitions: [],
      errorCases: [],
      id: "QRsYgnCRX",
      action: "kustomer.app.scheduler.schedule-workflow",
      params: {
        runAt: { type: "relative", value: 720 },
        workflowId: "618d2c41be9d7700182f6c90",
        inputs: {
          orderNumber: "/#steps.1.externalId",
          amount: "/#steps.1.custom.totalNum",
          customerId: "/#steps.K6H8Tw3IG.id",
        },
      },
      appVersion: "scheduler-^1.0.1",
    },
    {
      transitions: [],
      errorCases: [],
      id: "d4x4lgp9V",
      action: "kustomer.conversation.create",
      params: {
        customer: "/#steps.1.customer",
        name: "Approve the refund of {{{steps.1.title}}}",
        tags: ["refund-approval"],
        assignedTeams: ["5c1a6e2f4f0c9b0017d1e7b3"],
      },
      appVersion: "kustomer-^1.12.0",
      meta: { displayName: "Ask the team lead" },
    },
    {
      transitions: [
        {
          target: "aoun971SK",
          condition: { op: "contains", values: ["/#steps.K6H8Tw3IG.tags", ["vip", "staff"]] },
          meta: { name: "At once" },
        },
        { target: "QRsYgnCRX", condition: conditions.always, meta: { name: "After a night" } },
      ],
      errorCases: [],
      id: "K6H8Tw3IG",
      action: "kustomer.customer.find",
      params: { id: "/#steps.1.customer" },
      appVersion: "kustomer-^1.12.0",
    },
    {
      transitions: [
        {
          target: "d4x4lgp9V",
          condition: { op: "gt", values: ["/#steps.1.custom.totalNum", "200"] },
          meta: { name: "More than an agent may refund" },
        },
        {
          target: "K6H8Tw3IG",
          condition: { op: "gt", values: ["/#fn:parseInt,steps.1.custom.qtyStr", "0"] },
          meta: { name: "Small refund" },
        },
        { target: "d4x4lgp9V", condition: conditions.always, meta: { name: "Quantity unknown" } },
      ],
      errorCases: [],
      id: "MbTGUqsYl",
      meta: { displayName: "How much?" },
    },
  ],
  trigger: {
    transitions: [
      {
        target: "MbTGUqsYl",
        condition: {
          op: "and",
          values: [
            {
              op: "eq",
              values: ["/#steps.1.changes.attributes.custom.after.returnStr", "accepted"],
            },
            {
              op: "neq",
              values: ["/#steps.1.changes.attributes.custom.before.returnStr", "accepted"],
            },
          ],
        },
        meta: { name: "Return was just accepted" },
      },
    ],
    eventName: "kustomer.kobject.order.update",
    id: "1",
    appVersion: "kustomer-^1.12.0",
  },
});

workflows.push({
  id: "618d2c41be9d7700182f6c90",
  name: "refund-order",
  steps: [
    {
      id: "Coh7MUCZ1",
      action: "kustomer.event.publish",
      params: {
        name: "kustomer.app.orderdesk.refund.duplicate",
        data: { order: "/#steps.1.orderNumber", detail: "/#error.detail" },
      },
      transitions: [],
      errorCases: [],
      appVersion: "kustomer-^1.12.0",
    },
    {
      id: "5cvW6v4nb",
      action: "kustomer.conversation.create",
      params: {
        customer: "/#steps.1.customerId",
        name: "Refund of {{{steps.1.orderNumber}}} failed",
        preview: "/#error.message",
        tags: ["refund-failed"],
      },
      transitions: [],
      errorCases: [],
      appVersion: "kustomer-^1.12.0",
      meta: { displayName: "Hand over to a person" },
    },
    {
      id: "CMrizl0dy",
      action: "kustomer.note.create",
      params: {
        customer: "/#steps.1.customerId",
        body: "Refunded {{steps.1.amount}} for order {{{steps.1.orderNumber}}} ({{{steps.imofMNbrg.body.refundId}}}).",
      },
      transitions: [],
      errorCases: [],
      appVersion: "kustomer-^1.12.0",
    },
    {
      id: "imofMNbrg",
      action: "kustomer.app.orderdesk.refund-order",
      params: {
        orderNumber: "/#steps.1.orderNumber",
        amount: "/#steps.1.amount",
        reason: "Return accepted",
        notify: "/#steps.1.notify",
      },
      transitions: [{ target: "CMrizl0dy", condition: conditions.always }],
      errorCases: [
        {
          target: "Coh7MUCZ1",
          condition: { op: "eq", values: ["/#error.code", "already_refunded"] },
          meta: { name: "Was refunded before" },
        },
        { target: "5cvW6v4nb", condition: conditions.always },
      ],
      meta: { displayName: "Refund" },
    },
  ],
  trigger: {
    transitions: [{ target: "imofMNbrg", condition: conditions.always }],
    id: "1",
    callable: true,
    schema: {
      properties: {
        orderNumber: { type: "string" },
        amount: { type: "number" },
        customerId: { type: "string" },
        notify: { type: "boolean" },
      },
      required: ["orderNumber", "amount", "customerId"],
    },
    eventName: "kustomer.workflow.618d2c41be9d7700182f6c90.call",
  },
});

module.exports = { ...about, ['act' + 'ions']: actions };
module.exports.workflows = workflows;
