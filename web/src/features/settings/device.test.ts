import { ApiError } from "$/api/client";
import * as api from "$/api/push";
import type { WebPushSubscription } from "$/api/types";
import { setLang, t } from "$/i18n/index.svelte";
import { node } from "$/state/node.svelte";
import { dismiss, toasts } from "$/state/toasts.svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Device, keyBytes } from "./device.svelte";

const KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const ENDPOINT = "https://push.example/send/1";

let subscription: {
  endpoint: string;
  options: object;
  unsubscribe: () => Promise<boolean>;
  toJSON: () => object;
} | null;
const known = (more: Partial<WebPushSubscription> = {}) =>
  ({ endpoint: ENDPOINT, alerts: api.EVERYTHING.alerts, policy: "all", ...more }) as WebPushSubscription;
const said = () => toasts.all.map((one) => one.text);

function make(key: Uint8Array<ArrayBuffer>) {
  return {
    endpoint: ENDPOINT,
    options: { applicationServerKey: key.buffer },
    unsubscribe: vi.fn(() => {
      subscription = null;
      return Promise.resolve(true);
    }),
    toJSON: () => ({ endpoint: ENDPOINT, keys: { p256dh: "a", auth: "b" } }),
  };
}

const manager = {
  getSubscription: () => Promise.resolve(subscription),
  subscribe: vi.fn((options: { applicationServerKey: Uint8Array<ArrayBuffer> }) => {
    subscription = make(options.applicationServerKey);
    return Promise.resolve(subscription);
  }),
};

function browser(permission: NotificationPermission, answer: NotificationPermission = permission) {
  vi.stubGlobal("PushManager", class {});
  vi.stubGlobal("Notification", { permission, requestPermission: () => Promise.resolve(answer) });
  vi.stubGlobal("navigator", {
    ...navigator,
    serviceWorker: { getRegistration: () => Promise.resolve({ pushManager: manager }) },
  });
}

const nodeWith = (public_key: string) =>
  vi.spyOn(node, "instance", "get").mockReturnValue({
    configuration: { vapid: { public_key } },
  } as unknown as typeof node.instance);

beforeEach(async () => {
  subscription = null;
  for (const one of toasts.all) dismiss(one.id);
  await setLang("en");
  nodeWith(KEY);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("the node's key is read as bytes", () => {
  const bytes = keyBytes(KEY);
  expect([bytes.length, bytes[0], bytes[64]]).toEqual([65, 4, 14]);
});

test("what stands in the way is told", async () => {
  vi.spyOn(api, "current").mockRejectedValue(new ApiError(404, "Record not found"));
  const device = new Device();
  await device.read();
  expect(device.obstacle).toBe("unsupported");
  browser("denied");
  await device.read();
  expect(device.obstacle).toBe("denied");
  nodeWith("");
  await device.read();
  expect(device.obstacle).toBe("closed");
  nodeWith(KEY);
  browser("default");
  await device.read();
  expect([device.obstacle, device.on, device.busy]).toEqual([null, false, false]);
});

test("it is switched on and off", async () => {
  browser("default", "granted");
  const subscribe = vi.spyOn(api, "subscribe").mockResolvedValue(known());
  const unsubscribe = vi.spyOn(api, "unsubscribe").mockResolvedValue({});
  vi.spyOn(api, "current").mockResolvedValue(known());
  const device = new Device();
  await device.read();
  await device.turn(true);
  expect(device.on).toBe(true);
  expect(subscribe.mock.calls).toEqual([
    [{ endpoint: ENDPOINT, keys: { p256dh: "a", auth: "b" } }, api.EVERYTHING],
  ]);
  await device.read();
  expect(device.on, "the node and the browser know it").toBe(true);
  await device.turn(false);
  expect([device.on, subscription, unsubscribe.mock.calls.length]).toEqual([false, null, 1]);
  expect(said()).toEqual([t("settings.deviceOn"), t("settings.deviceOff")]);
});

test("a refusal leaves nothing behind", async () => {
  browser("default", "denied");
  vi.spyOn(api, "current").mockRejectedValue(new ApiError(404, "Record not found"));
  const device = new Device();
  await device.read();
  await device.turn(true);
  expect([device.on, device.obstacle]).toEqual([false, "denied"]);
  browser("default", "granted");
  await device.read();
  vi.spyOn(api, "subscribe").mockRejectedValue(new ApiError(422, "not allowed"));
  await device.turn(true);
  expect([device.on, subscription]).toEqual([false, null]);
  expect(said()).toEqual([t("settings.deviceRefused")]);
});

/** One that is told of everything. */
async function told() {
  browser("granted");
  subscription = make(keyBytes(KEY));
  vi.spyOn(api, "current").mockResolvedValue(known({ alerts: { mention: true, "admin.sign_up": true } }));
  const device = new Device();
  await device.read();
  expect(device.on).toBe(true);
  return device;
}

test("one chooses of what and from whom one is told; what is not known here stays", async () => {
  const device = await told();
  const change = vi.spyOn(api, "change").mockImplementation((data) => Promise.resolve(known({ ...data })));
  await device.tell("mention", false);
  await device.from("followed");
  expect(change.mock.calls).toEqual([
    [{ alerts: { mention: false, "admin.sign_up": true }, policy: "all" }],
    [{ alerts: { mention: false, "admin.sign_up": true }, policy: "followed" }],
  ]);
  expect(device.wanted.policy).toBe("followed");
  expect(said()).toEqual([t("common.saved"), t("common.saved")]);
});

test("of several choices in a row none overtakes another", async () => {
  const device = await told();
  let answer: () => void = () => undefined;
  const change = vi.spyOn(api, "change").mockImplementation((data) => Promise.resolve(known({ ...data })));
  change.mockImplementationOnce((data) => new Promise((done) => (answer = () => done(known({ ...data })))));
  const first = device.tell("poll", true);
  await device.tell("poll", false);
  await device.tell("quote", true);
  expect(change).toHaveBeenCalledTimes(1);
  answer();
  await first;
  expect(change).toHaveBeenCalledTimes(2);
  expect(device.wanted.alerts).toEqual({ mention: true, "admin.sign_up": true, poll: false, quote: true });
});

test("a choice that the node refuses is taken back; one that has ended elsewhere is off", async () => {
  const device = await told();
  vi.spyOn(api, "change").mockRejectedValueOnce(new ApiError(500, "no"));
  await device.tell("mention", false);
  expect([device.wanted.alerts["mention"], device.on]).toEqual([true, true]);
  expect(said()).toEqual([t("common.nodeTrouble")]);
  vi.mocked(api.change).mockRejectedValueOnce(new ApiError(404, "Record not found"));
  await device.from("follower");
  expect([device.wanted.policy, device.on]).toEqual(["all", false]);
});

test("that it could not be read is told, and is not taken for off", async () => {
  browser("granted");
  vi.spyOn(api, "current").mockRejectedValueOnce(new ApiError(500, "no"));
  const device = new Device();
  await device.read();
  expect(device.phase).toBe("failed");
  vi.mocked(api.current).mockRejectedValueOnce(new ApiError(404, "Record not found"));
  await device.read();
  expect([device.phase, device.on]).toEqual(["ready", false]);
});
