/** What the tests use of dcmjs, which has no types of its own. */
declare module 'dcmjs' {
  export interface DcmjsElement {
    vr: string;
    Value?: unknown;
  }
  export type DcmjsDataset = Record<string, DcmjsElement>;
  const dcmjs: {
    log: { setLevel(level: string): void };
    data: {
      DicomMessage: {
        readFile(buffer: ArrayBuffer): { meta: DcmjsDataset; dict: DcmjsDataset };
      };
    };
  };
  export default dcmjs;
}
