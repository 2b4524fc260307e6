export interface Workflow {
  name: string;
  [key: string]: unknown;
}

export interface App {
  app: string;
  version: string;
  workflows: Workflow[];
  [key: string]: unknown;
}
