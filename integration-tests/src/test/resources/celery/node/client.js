// celery-node as a client: runs one of its cases for each line of its input, and says how that went.

"use strict";

const assert = require("assert");
const crypto = require("crypto");
const fs = require("fs");
const readline = require("readline");
const celery = require("celery-node");

const LIMIT = 60000;

let client;

// celery-node names no queue for the reply, but looks for it in one that is named by the task's id.
// So that it is answered there, the queue is named, and declared by a first look.
async function send(name, args, kwargs = {}, protocol = 2) {
  const id = crypto.randomUUID();
  await client.backend.getTaskMeta(id);
  const message =
    protocol === 2
      ? client.asTaskV2(id, name, args, kwargs)
      : client.asTaskV1(id, name, args, kwargs);
  message.properties.replyTo = id.replace(/-/g, "");
  client.sendTaskMessage(name, message);
  return client.asyncResult(id);
}

const get = async (result) => (await result).get(LIMIT, 50);

async function fails(result) {
  try {
    await get(result);
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

async function noted(key) {
  for (let waited = 0; waited < LIMIT; waited += 50) {
    if (fs.existsSync(process.env.JOURNAL) && fs.readFileSync(process.env.JOURNAL, "utf8").includes(key)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no ${key} in the journal`);
}

const CASES = {
  node_arguments: {
    sentence: "node: a task with arguments gives its result",
    run: async () => assert.strictEqual(await get(send("t.add", [2, 3])), 5),
  },
  node_keywords: {
    sentence: "node: keyword arguments are bound by name",
    run: async () => assert.strictEqual(await get(send("t.add", [], { b: 3, a: 2 })), 5),
  },
  node_values: {
    sentence: "node: text, numbers, null and nested values come back as they were sent",
    run: async () => {
      for (const value of ["größer als €, 😀", 0.1, null, true, { a: [1, { b: null }] }]) {
        assert.deepStrictEqual(await get(send("t.echo", [value])), value);
      }
    },
  },
  node_failure: {
    sentence: "node: a Java exception is a failure with its name and message",
    run: async () => {
      const error = await fails(send("t.fail", ["no luck"]));
      assert.strictEqual(error.message, "FAILURE");
      assert.strictEqual(error.exc_type, "IllegalStateException");
      assert.deepStrictEqual(error.exc_message, ["no luck"]);
    },
  },
  node_unknown: {
    sentence: "node: a task that no worker knows fails as NotRegistered",
    run: async () => assert.strictEqual((await fails(send("t.unheard_of", []))).exc_type, "NotRegistered"),
  },
  node_parallel: {
    sentence: "node: 20 tasks side by side get their own results",
    run: async () => {
      const results = [...Array(20).keys()].map((i) => get(send("t.add", [i, 1])));
      assert.deepStrictEqual(await Promise.all(results), [...Array(20).keys()].map((i) => i + 1));
    },
  },
  node_protocol_one: {
    sentence: "node: message protocol 1 is understood",
    run: async () => assert.strictEqual(await get(send("t.add", [2], { b: 3 }, 1)), 5),
  },
  node_no_reply: {
    sentence: "node: a task that is sent as celery-node does by itself runs, without an answer",
    run: async () => {
      const key = crypto.randomUUID();
      client.createTask("t.noteOnly").applyAsync([process.env.JOURNAL, key]);
      await noted(key);
    },
  },
};

async function main() {
  if (process.argv[2] === "list") {
    const sentences = Object.entries(CASES).map(([name, one]) => [name, one.sentence]);
    console.log(JSON.stringify(Object.fromEntries(sentences)));
    return;
  }
  client = celery.createClient(process.env.BROKER, process.env.BROKER, process.env.NODE_QUEUE);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const name = line.trim();
    let failure = null;
    try {
      await CASES[name].run();
    } catch (error) {
      failure = error.stack || String(error);
    }
    console.log(JSON.stringify({ case: name, failure }));
  }
}

main();
