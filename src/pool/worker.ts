// The script of a worker: a Web Worker's or a worker thread's.
import { expose, transfer } from 'comlink';
import { parentEndpoint } from '#thread';
import { JobRunner } from './job-runner.js';
import { ownedBuffers } from './owned-buffers.js';
import type { WorkerInterface } from './protocol.js';

const runner = new JobRunner();

const exposed: WorkerInterface = {
  async handle(messages) {
    const answers = await runner.handle(messages);
    return transfer(answers, ownedBuffers(answers));
  },
};

expose(exposed, parentEndpoint());
