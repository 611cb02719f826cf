// What a flow says when something is not as it should be; runs in Node.js and in a browser.

/** Fails unless `condition`; `shown` tells what was there instead. */
export function check(condition, what, shown) {
  if (!condition) throw new Error(`${what}: ${JSON.stringify(shown) ?? shown}`);
}

/** Fails unless both are the same as JSON. */
export function same(is, expected, what) {
  check(JSON.stringify(is) === JSON.stringify(expected), `${what}, expected ${JSON.stringify(expected)}`, is);
}

/** The error with which `promise` must fail; `status` is that of the answer. */
export async function refused(status, promise, text = "") {
  let answer;
  try {
    answer = await promise;
  } catch (error) {
    same(error.statusCode, status, `status of «${error.message}»`);
    check(error.message.includes(text), `«${text}» is not in the error`, error.message);
    return error;
  }
  throw new Error(`not refused: ${JSON.stringify(answer)}`);
}

/** Asks again until there is an answer. */
export async function eventually(what, question, seconds = 20) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for: ${what}`);
    // The other node is another process: there is no event to wait for.
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Keeps what a subscription says. */
export class Heard {
  constructor(subscription) {
    this.subscription = subscription;
    this.events = [];
    this.failed = undefined;
    (async () => {
      for await (const event of subscription) this.events.push(event);
    })().catch((error) => (this.failed = error));
  }

  find(event, test) {
    if (this.failed) throw this.failed;
    return this.events.find((heard) => heard.event === event && test(heard.payload));
  }

  /** To be called before its socket is closed: it says goodbye there. */
  close() {
    this.subscription.unsubscribe();
  }

  wait(event, test) {
    return eventually(`${event} on the stream`, () => this.find(event, test));
  }
}
