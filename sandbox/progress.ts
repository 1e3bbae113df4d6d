/**
 * What a person sees while the sandbox works: a live list on a terminal, plain lines elsewhere.
 * Everything goes to stderr, so that stdout carries results only.
 */
import { Listr } from "listr2";

/** Tells how far a step is, for example `412 of 1649 packages`. */
export type Report = (detail: string) => void;

/** Work that is shown as one line. */
export type Step<T> = (report: Report) => Promise<T>;

/** A display of steps. */
export interface Progress {
  /** Shows `title` while `work` runs, then how long it took; a failure is shown and rethrown. */
  step<T>(title: string, work: Step<T>): Promise<T>;
  /**
   * Runs jobs side by side, each with a line of its own. Waits for all of them, also after one
   * has failed, so that nothing goes on behind the caller's back; then throws the first failure.
   */
  together<T extends readonly unknown[]>(jobs: { [K in keyof T]: Job<T[K]> }): Promise<T>;
  /** Shows one line of text. */
  note(text: string): void;
}

/** A line of {@link Progress.together}; its own steps appear on that line. */
export interface Job<T> {
  readonly title: string;
  readonly run: (progress: Progress) => Promise<T>;
}

/** The display that fits the stream. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY
    ? new LiveProgress(stream)
    : new LineProgress((line) => stream.write(`${line}\n`));
}

/** A display that shows nothing, for tests. */
export const silentProgress: Progress = {
  step: async (_title, work) => await work(() => undefined),
  together: async (jobs) => await runTogether(jobs, () => silentProgress),
  note: () => undefined,
};

/** Plain lines: one when a step begins, one at its end, and every so often how far it is. */
export class LineProgress implements Progress {
  /**
   * @param write takes one line, without its end.
   * @param intervalMs least time between two lines of one step's details.
   */
  constructor(
    private readonly write: (line: string) => void,
    private readonly intervalMs = 10_000,
  ) {}

  async step<T>(title: string, work: Step<T>): Promise<T> {
    const started = Date.now();
    let lastShown = started;
    this.write(`${title} ...`);
    try {
      const result = await work((detail) => {
        if (Date.now() - lastShown < this.intervalMs) return;
        lastShown = Date.now();
        this.write(`${title}: ${detail}`);
      });
      this.write(`${title}: done in ${seconds(started)}`);
      return result;
    } catch (error) {
      this.write(`${title}: failed after ${seconds(started)}`);
      throw error;
    }
  }

  async together<T extends readonly unknown[]>(jobs: { [K in keyof T]: Job<T[K]> }): Promise<T> {
    return await runTogether(jobs, () => this);
  }

  note(text: string): void {
    this.write(text);
  }
}

/** A live list on a terminal. */
class LiveProgress implements Progress {
  constructor(private readonly stream: NodeJS.WriteStream) {}

  async step<T>(title: string, work: Step<T>): Promise<T> {
    const [result] = await this.together<[T]>([
      { title, run: async (progress) => await work((detail) => progress.note(detail)) },
    ]);
    return result;
  }

  async together<T extends readonly unknown[]>(jobs: { [K in keyof T]: Job<T[K]> }): Promise<T> {
    const list = new Listr([], {
      concurrent: true,
      exitOnError: false,
      collectErrors: false,
      renderer: "default",
      rendererOptions: { collapseErrors: false, showErrorMessage: false },
    });
    const running = runTogether(jobs, (job, finished) => {
      const line = new LatestDetail();
      list.add({
        title: job.title,
        rendererOptions: { timer: { condition: true, field: clock } },
        task: async (_context, task) => {
          line.show = (detail) => (task.output = detail);
          await finished;
        },
      });
      return line;
    });
    await Promise.all([list.run().catch(() => undefined), running.catch(() => undefined)]);
    return await running;
  }

  note(text: string): void {
    this.stream.write(`${text}\n`);
  }
}

/** The steps of a job, told as details of the job's one line. */
class LatestDetail implements Progress {
  show: Report = () => undefined;

  async step<T>(title: string, work: Step<T>): Promise<T> {
    this.show(title);
    return await work((detail) => this.show(`${title}: ${detail}`));
  }

  async together<T extends readonly unknown[]>(jobs: { [K in keyof T]: Job<T[K]> }): Promise<T> {
    return await runTogether(jobs, () => this);
  }

  note(text: string): void {
    this.show(text);
  }
}

async function runTogether<T extends readonly unknown[]>(
  jobs: { [K in keyof T]: Job<T[K]> },
  lineOf: (job: Job<unknown>, finished: Promise<unknown>) => Progress,
): Promise<T> {
  const results = await Promise.allSettled(
    jobs.map(async (job: Job<unknown>) => {
      let end: (outcome: Promise<unknown>) => void = () => undefined;
      const finished = new Promise<unknown>((resolve) => (end = resolve));
      finished.catch(() => undefined);
      const outcome = job.run(lineOf(job, finished));
      end(outcome);
      return await outcome;
    }),
  );
  const failure = results.find((result) => result.status === "rejected");
  if (failure !== undefined) throw failure.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

function clock(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(0)} s`;
}
