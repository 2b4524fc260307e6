/** The ids of the workflows that others schedule. */
export const IDS = {
  hour: '6298060cd1689c70089fb41a',
  day: '6298071d565f5020cf3ab3c7',
  week: '62980729ce83f4a07ef11f08',
} as const;

/** The condition of a transition that is always taken. */
export const ALWAYS = Object.freeze({ op: 'true', values: [true] });
